import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { SeededRandom } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../src/index.ts';
import { type Finding, isBreach, publicKeyFiles, publicKeys, verifyTrail } from '../src/reader.ts';
import { openSink, TestDirectory } from './sink-fixture.ts';
import { flawIn, storedLines } from './trail.ts';

/** Of all moments together; `NETSCOPE_KILLS=200` is the whole campaign. */
const KILLS = Number(process.env['NETSCOPE_KILLS'] ?? 48);
/** Spools that live and die beside each other. */
const SPOOLS = 4;
/** A life that does not come to its moment by then is killed wherever it is. */
const LIFE_MS = 1000;
const START_MS = 20_000;

const MOMENTS = {
  writing: { call: 'writeSync', path: '/segments/.*\\.jsonl$' },
  'noting the head': { call: 'writeSync', path: '/spool/head$' },
  syncing: { call: 'fdatasyncSync', path: '/segments/.*\\.jsonl$' },
  'sealing: the object': { call: 'renameSync', path: '\\.jsonl\\.zst\\.tmp$' },
  'sealing: the manifest': { call: 'renameSync', path: '\\.manifest\\.json\\.tmp$' },
  'sealing: the index': { call: 'renameSync', path: '/journal\\.json\\.tmp$' },
  'unlinking lines': { call: 'rmSync', path: '/segments/.*\\.jsonl$' },
  'shipping: the ledger': { call: 'writeSync', path: '/shipped\\.jsonl$' },
  'shipping: its sync': { call: 'fdatasyncSync', path: '/shipped\\.jsonl$' },
  'unlinking an object': { call: 'rmSync', path: '\\.jsonl\\.zst$' },
  'unlinking a manifest': { call: 'rmSync', path: '\\.manifest\\.json$' },
  'signing a digest': { call: 'renameSync', path: 'digest.*\\.json\\.tmp$' },
  'filling the reserve': { call: 'writeSync', path: '/ballast$' },
  'recovering: a removal': { call: 'rmSync', path: '/segments/', isRecovery: true },
  'recovering: a cut': { call: 'ftruncateSync', path: '/segments/', isRecovery: true },
  'recovering: the epoch': { call: 'renameSync', path: '/epoch\\.json\\.tmp$', isRecovery: true },
  'recovering: a sync': { call: 'fsyncSync', path: '/spool', isRecovery: true },
  anywhere: undefined,
} as const;
type Moment = (typeof MOMENTS)[keyof typeof MOMENTS];

describe('a sink whose process is killed', () => {
  it(
    `keeps every acknowledged event, in order and once, over ${KILLS} moments`,
    async () => {
      const spools = Array.from({ length: SPOOLS }, (_, index) => liveOften(index));
      const results = await Promise.all(spools);
      const reached = results.flatMap((result) => result.reached);
      const moments = new Set(reached).size;
      process.stdout.write(
        `[figure] ${KILLS} lives on ${SPOOLS} spools, killed at ${reached.length} chosen points of ${moments} kinds, the rest anywhere: nothing acknowledged was lost, moved or stored twice, and every trail is sound\n`,
      );
      // Some moments do not come in every life: with nothing torn there is nothing to cut.
      expect(reached.length).toBeGreaterThan(KILLS / 2);
    },
    60_000 + KILLS * 3 * LIFE_MS,
  );
});

/** A spool that is killed over and over; what is wrong with it fails the test. */
async function liveOften(spool: number): Promise<{ readonly reached: readonly string[] }> {
  using directory = new TestDirectory();
  const random = new SeededRandom(20 + spool);
  const acknowledged: string[] = [];
  const reached: string[] = [];
  const names = Object.keys(MOMENTS);
  for (let life = 0; life < KILLS / SPOOLS; life += 1) {
    const [name, moment] = Object.entries(MOMENTS)[(life * SPOOLS + spool) % names.length] ?? [];
    const { output, isReached } = await liveAndDie(directory.path, `life${life}`, {
      moment,
      random,
    });
    acknowledged.push(...acknowledgedIn(output));
    if (isReached && name !== undefined) reached.push(name);
  }
  const { sink } = await openSink({ dataDir: directory.path });
  await sink.close(30_000);
  const lines = storedLines(join(directory.path, 'audit'));
  const stored = lines.map((line) => line.requestId);
  const kept = new Set(stored);
  expect(acknowledged.length).toBeGreaterThan(KILLS / SPOOLS);
  expect(kept.size).toBe(stored.length);
  expect(flawIn(lines)).toBeUndefined();
  expect(await breachesOf(directory.path)).toEqual([]);
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
  expect(sink.status()).toMatchObject({ backlogEvents: 0, quarantinedSegments: 0 });
  return { reached };
}

/** What a check says against the trail that so many deaths have left. */
async function breachesOf(dataDir: string): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const keys = publicKeyFiles(dataDir).flatMap((file) =>
    publicKeys(readFileSync(file, 'utf8'), file),
  );
  await verifyTrail(
    {
      store: new DirectoryObjectStore(join(dataDir, 'audit')),
      range: { fromMs: undefined, toMs: undefined },
      keys,
      heads: [],
      nowMs: Date.now(),
      onFinding: (finding) => void findings.push(finding),
      onProgress: () => undefined,
    },
    new AbortController().signal,
  );
  return findings.filter((finding) => isBreach(finding));
}

interface Death {
  readonly moment: Moment;
  readonly random: SeededRandom;
}

/** Runs one life until its moment, or until its time is over. */
async function liveAndDie(dataDir: string, life: string, { moment, random }: Death) {
  const count = 1 + Math.floor(random.float() * 4);
  const when = random.float() < 0.5 ? 'before' : 'after';
  const hook = ['--import', join(import.meta.dirname, 'faults/kill-hook.ts')];
  const child = spawn(
    process.execPath,
    [
      ...(moment === undefined ? [] : hook),
      join(import.meta.dirname, 'crash-child.ts'),
      dataDir,
      life,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NETSCOPE_KILL_AT: JSON.stringify({ ...moment, count, when }) },
    },
  );
  let output = '';
  const acknowledged = Promise.withResolvers<undefined>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (text.includes('ack')) acknowledged.resolve(undefined);
  });
  const closed = once(child, 'close').then(() => true);
  await Promise.race([closed, acknowledged.promise, sleep(START_MS)]);
  const lifeMs = moment === undefined ? random.float() * 250 : LIFE_MS;
  const isReached = await Promise.race([closed, sleep(lifeMs, moment === undefined)]);
  child.kill('SIGKILL');
  await closed;
  return { output, isReached };
}

function acknowledgedIn(output: string): readonly string[] {
  return [...output.matchAll(/^ack (\S+)$/gm)].map((match) => match[1] ?? '');
}
