import { setTimeout as delay } from 'node:timers/promises';

import { type GatewayProcess, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted, circuitOf } from './support/resilience.ts';

const OUTAGE_MS = 20_000;
/** So few that each record at the head of its key meets more probes than it has tries. */
const KEYS = 5;
/** In a row, by default. */
const FAILURES_THAT_OPEN = 5;
/** An opening is a tenth shorter or longer than planned, by chance. */
const SHORTEST = 0.9;

/**
 * Only past both is a record parked: one whose waits behind the open circuit, or whose failed probes,
 * counted as tries, or whose time alone did, is parked long before the outage ends.
 */
const IMPATIENT = { tries_max: 1, retry_for_ms: 5000 };

describe.skipIf(await isMissing('kafka', 'rgw'))('an upstream that is dead', () => {
  test(
    'opens the circuit; its records wait and are all delivered after',
    { timeout: 120_000 },
    async () => {
      const circuit = { open_ms: 1000, open_max_ms: 4000 };
      await using pipeline = await Pipeline.start({
        config: { delivery: IMPATIENT },
        upstream: { circuit, timeouts: { connect_ms: 2000, read_ms: 5000, global_ms: 8000 } },
      });
      await using gateway = await pipeline.gateway();
      await pipeline.kafka.produce(pipeline.topic, records(500, KEYS));
      await allCommitted(pipeline);
      const before = await attempts(gateway);
      expect(before).toBe(500);

      await pipeline.upstream.refuse();
      const refusedAtMs = performance.now();
      await pipeline.kafka.produce(pipeline.topic, records(2000, KEYS, 500));
      await waitUntil(async () => (await circuitOf(gateway)).state === 'open', {
        what: 'the circuit to open',
      });
      await delay(OUTAGE_MS);
      const spent = (await attempts(gateway)) - before;
      const probes = probesWithin(performance.now() - refusedAtMs, circuit);
      // The call of each key that was under way may have been repeated once before it opened.
      expect(spent).toBeGreaterThan(FAILURES_THAT_OPEN);
      expect(spent).toBeLessThanOrEqual(2 * KEYS + probes);
      expect(await pipeline.kafka.lag(pipeline.group, pipeline.topic)).toBe(2000);
      expect((await recordsOf(gateway)).parked).toBe(0);
      await pipeline.upstream.accept();

      await allCommitted(pipeline, 60_000);
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      expect(await recordsOf(gateway)).toMatchObject({ delivered: 2500, parked: 0 });
      expect((await pipeline.upstream.counts()).keys).toBe(2500);
      expect((await circuitOf(gateway)).state).toBe('closed');
      expect(await gateway.stop()).toBe(0);
    },
  );

  test(
    'parks nothing at a trickle of one record every 5 s for 10 minutes (60 times faster)',
    { timeout: 120_000 },
    async () => {
      const circuit = { open_ms: 83, open_max_ms: 1000 };
      await using pipeline = await Pipeline.start({
        rules: [{ answer: { kind: 'respond', status: 503 } }],
        config: {
          // Two minutes, of the ten: only what is tried in the first seconds has spent a try.
          delivery: { ...IMPATIENT, retry_for_ms: 2000, backoff_base_ms: 17, backoff_cap_ms: 1000 },
        },
        upstream: { circuit: { ...circuit, window_ms: 1000 } },
      });
      await using gateway = await pipeline.gateway();
      const beganAtMs = performance.now();
      for (const one of records(120, 120)) {
        await pipeline.kafka.produce(pipeline.topic, [one]);
        await delay(83);
      }
      const { arrivals } = await pipeline.upstream.counts();
      const probes = probesWithin(performance.now() - beganAtMs, circuit);
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      expect(arrivals).toBeGreaterThan(FAILURES_THAT_OPEN);
      // Besides the failures that opened it, at most as many that were under way then.
      expect(arrivals).toBeLessThanOrEqual(2 * FAILURES_THAT_OPEN + probes);
      expect(await pipeline.kafka.lag(pipeline.group, pipeline.topic)).toBe(120);
      await pipeline.upstream.setRules([]);
      await allCommitted(pipeline);
      expect(await pipeline.kafka.fetchAll(pipeline.deadLetterTopic)).toEqual([]);
      expect(await recordsOf(gateway)).toMatchObject({ delivered: 120, parked: 0 });
      expect(await gateway.stop()).toBe(0);
    },
  );
});

/** The most probes that openings of doubling length leave room for, each as short as chance makes it. */
function probesWithin(
  elapsedMs: number,
  { open_ms: openMs, open_max_ms: openMaxMs }: { open_ms: number; open_max_ms: number },
): number {
  let probes = 0;
  let atMs = SHORTEST * openMs;
  for (let planMs = openMs; atMs <= elapsedMs; probes += 1) {
    planMs = Math.min(openMaxMs, 2 * planMs);
    atMs += SHORTEST * planMs;
  }
  return probes;
}

async function attempts(gateway: GatewayProcess): Promise<number> {
  return counterTotal(await gateway.getText('/metrics'), 'netscope_attempts_total');
}

interface RecordsNow {
  readonly delivered: number;
  readonly parked: number;
}

async function recordsOf(gateway: GatewayProcess): Promise<RecordsNow> {
  const answer = await gateway.get<{ readonly data: { readonly records: RecordsNow } }>(
    '/v1/metrics/network',
  );
  return answer.data.records;
}
