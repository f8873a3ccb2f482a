import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { setTimeout as passes } from 'node:timers/promises';

import { type GatewayProcess, MARKER_HEADERS, type Rule, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { LiveEvents } from './support/live-events.ts';
import { INSPECTED, liveHeapBytes } from './support/live-heap.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { type ProcessSize, sizeOf } from './support/process-sizes.ts';
import { records } from './support/records.ts';

/** `NETSCOPE_SOAK_MINUTES=10` is the whole soak; 60 bytes leaked a call show in it, 600 in a minute. */
const MINUTES = Number(process.env['NETSCOPE_SOAK_MINUTES'] ?? 1);
const RECORDS_PER_SECOND = 300;
const KEYS = 500;
const TICK_MS = 1000;
const MIB = 1024 ** 2;
/** Between rests, of what is held with all garbage collected; sliding windows fill up meanwhile. */
const HELD_MORE_MAX_BYTES = 8 * MIB;
/** Of all memory: pages that allocators keep, other threads, and code that is compiled late. */
const RSS_MORE_MAX_BYTES = 64 * MIB;
/** Connections of the pool come and go; one descriptor lost in a hundred would be hundreds. */
const FDS_MORE_MAX = 20;
/** The first quarter is for warming up: it is judged from its end to the last. */
const RESTS = 4;
const CLEAR_EVERY_TICKS = 30;

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
    { timeout: 2 * MINUTES * 60_000 + 300_000 },
    async ({ skip }) => {
      await using pipeline = await Pipeline.start({
        rules: RULES,
        upstream: { circuit: { mode: 'observe' } },
        route: { idempotency: { honoured: true }, request: REQUEST },
      });
      await using gateway = await pipeline.gateway(undefined, {}, INSPECTED);
      const origin = await waitUntil(
        async () => /"origin":"(\w+)"/u.exec(await ask(gateway, '/v1/host'))?.[1],
        { what: 'a look' },
      );
      if (origin !== 'native') skip('the native library is not built');
      const { rests, produced } = await soak(pipeline, gateway);
      const calls = counterTotal(await gateway.getText('/metrics'), 'netscope_requests_total');
      process.stdout.write(`[figure] ${MINUTES} min, ${produced} records, ${calls} calls\n`);
      expect(calls).toBeGreaterThanOrEqual(produced);
      const more = growth(rests);
      expect(more.heldBytes).toBeLessThan(HELD_MORE_MAX_BYTES);
      expect(more.rssBytes).toBeLessThan(RSS_MORE_MAX_BYTES);
      expect(more.openFds).toBeLessThanOrEqual(FDS_MORE_MAX);
      expect(await gateway.stop()).toBe(0);
    },
  );
});

const REQUEST = { method: 'POST', path: '/v1/partner/send', headers: MARKER_HEADERS };

/** How large it is with all garbage collected. */
interface Rest extends ProcessSize {
  readonly heldBytes: number;
}

/** A steady load for as long as it is to last, with a look at the end of each quarter. */
async function soak(
  pipeline: Pipeline,
  gateway: GatewayProcess,
): Promise<{ readonly rests: readonly Rest[]; readonly produced: number }> {
  const rests: Rest[] = [];
  const ticks = MINUTES * 60;
  const startedMs = performance.now();
  let produced = 0;
  for (let tick = 1; tick <= ticks; tick += 1) {
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS_PER_SECOND, KEYS, produced));
    produced += RECORDS_PER_SECOND;
    await pester(gateway);
    // The ledger of a scripted upstream grows with every arrival, and is not looked at here.
    if (tick % CLEAR_EVERY_TICKS === 0) await pipeline.upstream.clear();
    if (tick >= ((rests.length + 1) * ticks) / RESTS) {
      await untilCommitted(pipeline);
      rests.push(await rest(gateway, tick));
    }
    await passes(Math.max(0, startedMs + tick * TICK_MS - performance.now()));
  }
  return { rests, produced };
}

/** On a busy machine records wait, and what waits is held for a good reason. */
async function untilCommitted({ kafka, group, topic }: Pipeline): Promise<void> {
  await waitUntil(async () => (await kafka.lag(group, topic)) === 0, {
    what: 'every record to be committed',
    timeoutMs: 120_000,
    everyMs: 250,
  });
}

async function rest(gateway: GatewayProcess, seconds: number): Promise<Rest> {
  const heldBytes = await liveHeapBytes(gateway);
  const size = await sizeOf(gateway.pid);
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  process.stdout.write(
    `[figure] after ${seconds} s: ${mib(heldBytes)} held by the main thread, ${mib(size.rssBytes)} resident, ${size.openFds} open files\n`,
  );
  return { heldBytes, ...size };
}

function growth(rests: readonly Rest[]): Rest {
  const [first, last] = [rests[0], rests.at(-1)];
  if (first === undefined || last === undefined) throw new Error('it never rested');
  return {
    heldBytes: last.heldBytes - first.heldBytes,
    rssBytes: last.rssBytes - first.rssBytes,
    openFds: last.openFds - first.openFds,
  };
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
