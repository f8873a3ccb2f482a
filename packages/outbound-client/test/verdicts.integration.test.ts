import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

import { afterAll, describe, expect, test } from 'vitest';

import { CoreWait, STARVED_FROM } from './lab/core-wait.ts';
import { LAB_CASES, type LabCase } from './lab/lab-case.ts';
import { LabDetour } from './lab/lab-detour.ts';
import { LabLink, lacksNamespaces } from './lab/lab-link.ts';
import { lacksMasquerade } from './lab/masquerade.ts';
import { library } from './support/native.ts';

const LAB = path.join(import.meta.dirname, 'lab');
/** Of the calls of a case. */
const WRONG_SHARE_MOST = 0.01;
const WRONG_SHARE_MOST_STARVED = 0.2;
const TIMEOUT_MS = 600_000;
/** On a machine that starves the upstream, the upstream was late indeed: such a run says nothing. */
const RUNS_AGAIN = 2;

const lacked = await lacksNamespaces();
const lackedRules = await lacksMasquerade();
const isSkipped = ({ link, detour }: LabCase): boolean =>
  library === undefined ||
  (link !== undefined && lacked !== undefined) ||
  (detour !== undefined && lackedRules !== undefined);
const table: string[] = [];

type Worker = ChildProcessByStdio<Writable, Readable, null>;

function start(space: string | undefined, args: readonly string[]): Worker {
  const own = [process.execPath, ...args];
  const [file = '', ...rest] = space === undefined ? own : ['ip', 'netns', 'exec', space, ...own];
  return spawn(file, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** How often each party was named. */
async function judge(lab: LabCase): Promise<ReadonlyMap<string, number>> {
  await using link = lab.link === undefined ? undefined : await LabLink.make(lab.link);
  const address = link?.serverAddress ?? '127.0.0.1';
  const server = start(link?.serverSpace, [path.join(LAB, 'lab-server.ts'), address]);
  try {
    const [line] = await once(createInterface({ input: server.stdout }), 'line');
    const origin = originOf(lab, address, JSON.parse(String(line)));
    const place = { host: address, port: Number(new URL(origin).port) };
    await using owned = new AsyncDisposableStack();
    if (link !== undefined && lab.detour !== undefined) {
      owned.use(await LabDetour.make(link, lab.detour, place));
    }
    const asked = JSON.stringify({ ...lab, origin });
    return await tallyOf(lab, start(link?.clientSpace, [path.join(LAB, 'lab-client.ts'), asked]));
  } finally {
    server.kill();
  }
}

function originOf(lab: LabCase, address: string, ports: Readonly<Record<string, number>>): string {
  const scheme = lab.port === 'slowTls' ? 'https' : 'http';
  return `${scheme}://${lab.host ?? address}:${ports[lab.port ?? 'http']}`;
}

async function tallyOf(lab: LabCase, client: Worker): Promise<ReadonlyMap<string, number>> {
  const tally = new Map<string, number>();
  for await (const answer of createInterface({ input: client.stdout })) {
    const named = nameOf(lab, JSON.parse(answer));
    tally.set(named, (tally.get(named) ?? 0) + 1);
  }
  return tally;
}

interface Told {
  readonly outcome: string;
  readonly latencyMs: number;
  readonly verdict: { readonly party: string; readonly networkMs?: number };
}

/** The party; other words where that alone would not be the truth. */
function nameOf({ leastMs = 0 }: LabCase, { outcome, latencyMs, verdict }: Told): string {
  if (outcome !== 'responded') return outcome;
  if (latencyMs < leastMs) return 'went another way';
  const claims = verdict.party === 'upstream_or_beyond' && verdict.networkMs !== undefined;
  return claims ? 'a network that nobody saw' : verdict.party;
}

describe('the party that is named', () => {
  afterAll(() => {
    const head =
      '| case | network | upstream | local | upstream_or_beyond | right | waited for a core |\n|---|---|---|---|---|---|---|';
    process.stdout.write(`\n${[head, ...table].join('\n')}\n`);
    if (lacked !== undefined)
      process.stdout.write(`without namespaces (${lacked}): no link cases\n`);
    if (lackedRules !== undefined)
      process.stdout.write(`without nft rules (${lackedRules}): no proxy cases\n`);
  });

  test.each(LAB_CASES.filter((lab) => !isSkipped(lab)))(
    'is the right one but for one call in a hundred: $name',
    { timeout: TIMEOUT_MS, retry: RUNS_AGAIN },
    async (lab) => {
      const cores = await CoreWait.begin();
      const tally = await judge(lab);
      const starved = await cores.share();
      const count = (party: string): number => tally.get(party) ?? 0;
      const right = lab.expected.reduce((sum, party) => sum + count(party), 0);
      const counts = ['network', 'upstream', 'local', 'upstream_or_beyond'].map(count);
      const share = right / lab.calls;
      const row = [lab.name, ...counts, percent(share), percent(starved)];
      table.push(`| ${row.join(' | ')} |`);
      const wrongMost = starved < STARVED_FROM ? WRONG_SHARE_MOST : WRONG_SHARE_MOST_STARVED;
      expect(lab.calls - right).toBeLessThanOrEqual(Math.ceil(lab.calls * wrongMost));
    },
  );
});
