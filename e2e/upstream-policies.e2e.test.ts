import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayProcess, type LedgerEntry, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted, deadLetterReasons, operate } from './support/resilience.ts';

/** Fewer than there are records behind the rate limit. */
const SLOTS = 64;
const RATE = { per_second: 25, burst: 25 };
const RECORDS = { failing: 300, limited: 325, living: 200 } as const;
/** What an arrival may be late by on a busy machine, ms; the next ones come close behind it. */
const LATE_MS = 1000;
/** Long enough for a few thousand calls. */
const FAILING_MS = 6000;

type Name = keyof typeof RECORDS;

/** A busy machine must add no failures of its own. */
const PATIENT = { connect_ms: 5000, read_ms: 10_000, global_ms: 20_000 };

const UPSTREAMS: Readonly<Record<Name, object>> = {
  // Every call goes out, and the budget has its share of calls alone.
  failing: {
    circuit: { mode: 'observe' },
    retry: { budget_min_per_second: 0 },
    bulkhead: { in_flight: SLOTS / 4 },
  },
  limited: { rate_limit: RATE },
  living: {},
};

describe.skipIf(await isMissing('kafka', 'rgw'))('one gateway’s policies', () => {
  test(
    'bound repetitions by the budget and calls by the rate limit, whose records take no slot',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        rules: [{ when: { pathStartsWith: '/failing' }, answer: { kind: 'respond', status: 503 } }],
      });
      await using gateway = await pipeline.gateway(undefined, settings(pipeline));
      for (const name of ['failing', 'limited', 'living'] as const) await produce(pipeline, name);

      await waitUntil(async () => (await arrivals(pipeline, 'living')).length === RECORDS.living, {
        what: 'the living one to have all its own',
      });
      const waiting = { upstream: 'limited' };
      const now = await gateway.getText('/metrics');
      expect(counterTotal(now, 'netscope_queue_depth', waiting)).toBeGreaterThan(SLOTS);
      expect(counterTotal(now, 'netscope_inflight_requests', waiting)).toBeLessThanOrEqual(
        RATE.burst,
      );

      await delay(FAILING_MS);
      const told = await amplification(pipeline, gateway);
      expect(told).toBeLessThan(1.1);
      // The budget was used: a tenth of the calls, but for what fades of it.
      expect(told).toBeGreaterThan(1.05);

      await pipeline.upstream.setRules([]);
      await operate(gateway, 'failing/resume');
      await allCommitted(pipeline);
      expect(await deadLetterReasons(pipeline)).toEqual([]);
      const limited = await arrivals(pipeline, 'limited');
      expect(limited).toHaveLength(RECORDS.limited);
      expect(mostTooMany(limited)).toBeLessThanOrEqual(0);
      expect(await gateway.stop()).toBe(0);
    },
  );
});

function settings(pipeline: Pipeline) {
  const names = Object.keys(UPSTREAMS);
  const upstreams = Object.entries(UPSTREAMS).map(([name, own]) => [
    name,
    { origin: pipeline.upstream.origin, timeouts: PATIENT, ...own },
  ]);
  const routes = names.map((name) => ({
    ...pipeline.route({ match: { headers: { to: name } } }),
    name,
    upstream: name,
    request: { method: 'POST', path: `/${name}` },
    // What may not be repeated makes one attempt.
    idempotency: { honoured: true },
  }));
  const { source } = pipeline.config;
  return {
    source: { ...Object(source), records_in_flight: SLOTS },
    upstreams: Object.fromEntries(upstreams),
    routes,
  };
}

async function produce(pipeline: Pipeline, name: Name): Promise<void> {
  const own = records(RECORDS[name], RECORDS[name]).map(({ key, value }) => ({
    key: `${name}-${String(key)}`,
    value,
    headers: { to: name },
  }));
  await pipeline.kafka.produce(pipeline.topic, own);
}

async function arrivals(pipeline: Pipeline, name: Name): Promise<readonly LedgerEntry[]> {
  return (await pipeline.upstream.ledger()).filter(({ path }) => path === `/${name}`);
}

/** The metric of the failing one, when it was compared with what the upstream saw. */
async function amplification(pipeline: Pipeline, gateway: GatewayProcess): Promise<number> {
  const labels = { upstream: 'failing' };
  await operate(gateway, 'failing/pause');
  const metrics = await waitUntil(
    async () => {
      const text = await gateway.getText('/metrics');
      return counterTotal(text, 'netscope_inflight_requests', labels) === 0 && text;
    },
    { what: 'calls under way to end' },
  );
  const attempts = (await arrivals(pipeline, 'failing')).length;
  const calls = counterTotal(metrics, 'netscope_requests_total', labels);
  const told = counterTotal(metrics, 'netscope_amplification_ratio', labels);
  expect(calls).toBeGreaterThan(RECORDS.failing);
  expect(told).toBeCloseTo(attempts / calls, 10);
  return told;
}

/** By how many at most arrivals of any span pass the burst and what was earned in it. */
function mostTooMany(entries: readonly LedgerEntry[]): number {
  const excesses = entries.flatMap(({ atMs: fromMs }, first) =>
    entries.slice(first).map(({ atMs }, more) => {
      const earned = ((atMs - fromMs + LATE_MS) / 1000) * RATE.per_second;
      return more + 1 - (RATE.burst + earned + 1);
    }),
  );
  return Math.max(...excesses);
}
