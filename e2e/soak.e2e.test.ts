import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as passes } from 'node:timers/promises';

import { type GatewayProcess, MARKER_HEADERS, type Rule, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { LiveEvents } from './support/live-events.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { growthOf, type ProcessSize, sizeOf } from './support/process-sizes.ts';
import { records } from './support/records.ts';

/** `NETSCOPE_SOAK_MINUTES=10` is the whole soak; a leak of 400 bytes a call shows in it. */
const MINUTES = Number(process.env['NETSCOPE_SOAK_MINUTES'] ?? 1);
const RECORDS_PER_SECOND = 300;
const KEYS = 500;
const TICK_MS = 1000;
const MIB = 1024 ** 2;
/** Pages that the allocator keeps, and code that is compiled late, are no leak. */
const GROWTH_MAX_BYTES = 40 * MIB;
/** Connections of the pool come and go; one descriptor lost in a hundred would be hundreds. */
const FDS_MORE_MAX = 20;
const SAY_EVERY_TICKS = 30;

/** The ways for a socket to end, each on the first arrival of some of the records. */
const RULES: readonly Rule[] = [
  rule([0, 0.02], { kind: 'reset' }),
  rule([0.02, 0.03], { kind: 'close', delayMs: 5 }),
  rule([0.03, 0.035], { kind: 'silence' }),
  rule([0.035, 0.045], { kind: 'early_close', status: 200, bytes: 20_000 }),
  rule([0.045, 0.055], { kind: 'broken_chunk', status: 200 }),
  rule([0.055, 0.065], { kind: 'trickle', status: 200, bytes: 10, everyMs: 10 }),
  rule([0.065, 0.2], { kind: 'respond', status: 200, headers: { connection: 'close' } }),
  { answer: { kind: 'respond', status: 200, delayMs: 2 } },
];

function rule(share: readonly [number, number], answer: Rule['answer']): Rule {
  return { when: { share, attemptMax: 1 }, answer };
}

describe.skipIf(await isMissing('kafka', 'rgw'))('a gateway with the probe on', () => {
  test(
    `grows in neither memory nor open files over ${MINUTES} min of broken sockets and bad questions`,
    { timeout: MINUTES * 60_000 + 180_000 },
    async ({ skip }) => {
      await using pipeline = await Pipeline.start({
        rules: RULES,
        upstream: { circuit: { mode: 'observe' } },
        route: { idempotency: { honoured: true }, request: REQUEST },
      });
      await using gateway = await pipeline.gateway();
      const answer = await waitUntil(() => ask(gateway, '/v1/host'), { what: 'a look' });
      if (!answer.includes('"origin":"native"')) skip('the native library is not built');
      const { sizes, produced } = await soak(pipeline, gateway);
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        { what: 'every record to be committed', timeoutMs: 60_000, everyMs: 250 },
      );
      const calls = counterTotal(await gateway.getText('/metrics'), 'netscope_requests_total');
      tell({ sizes, produced, calls });
      expect(calls).toBeGreaterThanOrEqual(produced);
      const rss = growthOf(sizes.map(({ rssBytes }) => rssBytes));
      expect(rss.late - rss.early).toBeLessThan(GROWTH_MAX_BYTES);
      const fds = growthOf(sizes.map(({ openFds }) => openFds));
      expect(fds.late - fds.early).toBeLessThanOrEqual(FDS_MORE_MAX);
      expect(await gateway.stop()).toBe(0);
    },
  );
});

const REQUEST = { method: 'POST', path: '/v1/partner/send', headers: MARKER_HEADERS };

interface Soaked {
  readonly sizes: readonly ProcessSize[];
  readonly produced: number;
}

/** A steady load for as long as it is to last; each second one look from outside. */
async function soak(pipeline: Pipeline, gateway: GatewayProcess): Promise<Soaked> {
  const sizes: ProcessSize[] = [];
  const ticks = MINUTES * 60;
  const startedMs = performance.now();
  let produced = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS_PER_SECOND, KEYS, produced));
    produced += RECORDS_PER_SECOND;
    await pester(gateway);
    // The ledger of a scripted upstream grows with every arrival, and is not looked at here.
    if (tick % SAY_EVERY_TICKS === 0) await pipeline.upstream.clear();
    sizes.push(await sizeOf(gateway.pid));
    if (tick % SAY_EVERY_TICKS === 0) say(tick, ticks, sizes);
    await passes(Math.max(0, startedMs + tick * TICK_MS - performance.now()));
  }
  return { sizes, produced };
}

/** What people and scrapers ask, some of it of things that are not there or are just going. */
async function pester(gateway: GatewayProcess): Promise<void> {
  const ending = spawn('true', { stdio: 'ignore' });
  const ended = once(ending, 'exit');
  using live = await LiveEvents.connect(gateway.port);
  const [gone, wrong, absent] = await Promise.all([
    ask(gateway, `/v1/host?pid=${ending.pid}`),
    ask(gateway, '/v1/host?pid=zero'),
    ask(gateway, '/v1/host?pid=4194303'),
    ...['/metrics', '/v1/connections', '/v1/calls?limit=50'].map((path) => ask(gateway, path)),
  ]);
  expect(gone).toMatch(/"status":"ok"|NOT_FOUND/u);
  expect(wrong).toContain('INVALID_QUERY_PARAM');
  expect(absent).toContain('NOT_FOUND');
  expect(live.dropped).toBe(0);
  await ended;
}

async function ask(gateway: GatewayProcess, path: string): Promise<string> {
  return (await fetch(`${gateway.origin}${path}`)).text();
}

function say(tick: number, ticks: number, sizes: readonly ProcessSize[]): void {
  const size = sizes.at(-1);
  const mib = ((size?.rssBytes ?? 0) / MIB).toFixed(0);
  process.stdout.write(`soak: ${tick} of ${ticks} s, ${mib} MiB, ${size?.openFds} open files\n`);
}

interface Told extends Soaked {
  readonly calls: number;
}

function tell({ sizes, produced, calls }: Told): void {
  const rss = growthOf(sizes.map(({ rssBytes }) => rssBytes));
  const fds = growthOf(sizes.map(({ openFds }) => openFds));
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  process.stdout.write(
    `[figure] ${MINUTES} min, ${produced} records, ${calls} calls; from the second quarter to the last, medians: ` +
      `${mib(rss.early)} to ${mib(rss.late)} MiB resident (at most ${GROWTH_MAX_BYTES / MIB} more), ` +
      `${fds.early} to ${fds.late} open files (at most ${FDS_MORE_MAX} more)\n`,
  );
}
