import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
}

interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Whose code it is, the first that matches; what has none is its caller's. */
const STAGES: readonly (readonly [stage: string, where: RegExp])[] = [
  ['audit', /packages\/audit-ceph\/|domain\/src\/events\//u],
  ['probe', /packages\/network-probe\//u],
  ['consume', /kafkajs|packages\/ingest-kafka\/|offset-tracker|tracked-lease/u],
  ['metrics and live feed', /packages\/(?:metrics-engine|api-server|observability)\//u],
  ['call', /\/undici\/|packages\/outbound-client\/|policies\/(?:circuit|retry|throttle|token)/u],
  ['settle', /delivery\/src\/(?:call-runner|record-tally|reporter)|decide-fate/u],
  ['admit', /packages\/delivery\/|policies\/admission|app\/src\/edges/u],
];

/** Share of the main thread's CPU time that each stage has, from one `--cpu-prof` of it. */
export async function stageShares(folder: string): Promise<ReadonlyMap<string, number>> {
  const profile = await mainProfile(folder);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const parentOf = new Map(
    profile.nodes.flatMap(({ id, children }) => (children ?? []).map((child) => [child, id])),
  );
  const stageById = new Map<number, string>();
  const stageOf = (id: number): string => {
    const known = stageById.get(id);
    if (known !== undefined) return known;
    const stage = ownStage(byId.get(id)) ?? inherited(parentOf.get(id));
    stageById.set(id, stage);
    return stage;
  };
  const inherited = (parent: number | undefined): string =>
    parent === undefined ? 'runtime' : stageOf(parent);
  const usByStage = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const stage = stageOf(id);
    usByStage.set(stage, (usByStage.get(stage) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  usByStage.delete('idle');
  const sum = [...usByStage.values()].reduce((total, us) => total + us, 0);
  return new Map([...usByStage].map(([stage, us]) => [stage, us / sum]));
}

function ownStage(node: ProfileNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const { functionName, url } = node.callFrame;
  if (functionName === '(idle)') return 'idle';
  if (functionName === '(garbage collector)') return 'garbage collection';
  return STAGES.find(([, where]) => where.test(url))?.[0];
}

/** The largest is the main thread's. */
async function mainProfile(folder: string): Promise<Profile> {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const largest = texts.toSorted((a, b) => b.length - a.length)[0] ?? '';
  const profile: Profile = JSON.parse(largest);
  return profile;
}
