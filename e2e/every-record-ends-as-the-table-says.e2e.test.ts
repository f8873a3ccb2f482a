import type { LedgerEntry } from '@netscope/test-support';
import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail, tally } from './support/audit-trail.ts';
import { LiveEvents } from './support/live-events.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 20_000;
const KEYS = 2_000;
const PARTITIONS = 12;

/** 3 % answer 503 (one in six of them for ever), 1 % time out once, 1 % are refused for good. */
const RULES = [
  { when: { share: [0, 0.005] }, answer: { kind: 'respond', status: 503 } },
  { when: { share: [0.005, 0.03], attemptMax: 2 }, answer: { kind: 'respond', status: 503 } },
  { when: { share: [0.03, 0.04], attemptMax: 1 }, answer: { kind: 'silence' } },
  { when: { share: [0.04, 0.05] }, answer: { kind: 'respond', status: 422 } },
] as const;

/** What the upstream's own ledger says must become of a record. */
function fateOf(entries: readonly LedgerEntry[]): string {
  if (entries.some(({ status }) => status === 200)) return 'delivered';
  return entries.some(({ status }) => status === 422) ? 'rejected' : 'exhausted';
}

describe.skipIf(await isMissing('kafka', 'rgw'))('20,000 records', () => {
  test(
    'end exactly as the table says, and every interface tells the same',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: PARTITIONS,
        rules: RULES,
        config: {
          delivery: { tries_max: 4, retry_for_ms: 500, backoff_base_ms: 100, backoff_cap_ms: 400 },
        },
        upstream: {
          timeouts: { connect_ms: 1000, read_ms: 1000, global_ms: 2000 },
          // The faults here are the records' own; the circuit has a test of its own.
          circuit: { consecutive_failures: 10_000, failure_rate: 0.9, minimum_attempts: 10_000 },
        },
      });
      await using gateway = await pipeline.gateway();
      using live = await LiveEvents.connect(gateway.port);
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, KEYS));

      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'every record to be committed',
          timeoutMs: 120_000,
          everyMs: 250,
        },
      );
      const metrics = await gateway.getText('/metrics');
      const network = await gateway.get<NetworkAnswer>('/v1/metrics/network?window=15m');
      await live.quiet();
      expect(await gateway.stop()).toBe(0);

      const ledger = await pipeline.upstream.ledger();
      const byRecord = Map.groupBy(ledger, ({ partition, offset }) => `${partition}/${offset}`);
      expect(byRecord.size).toBe(RECORDS);
      const fates = new Map([...byRecord].map(([place, entries]) => [place, fateOf(entries)]));
      const expected = tally([...fates.values()], String);

      const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
      expect(tally(letters, ({ headers }) => headers['netscope-reason'] ?? '')).toEqual({
        rejected: expected['rejected'],
        exhausted: expected['exhausted'],
      });
      for (const { headers } of letters) {
        const place = `${headers['netscope-partition']}/${headers['netscope-offset']}`;
        expect(headers['netscope-reason']).toBe(fates.get(place));
      }
      expect(expected['delivered']).toBe(RECORDS - letters.length);

      assertOrderByKey(ledger);

      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const types = tally(trail, ({ event_type }) => event_type);
      const calls = ledger.length;
      expect(types['request.completed']).toBe(expected['delivered']);
      expect(types['request.quarantined']).toBe(letters.length);
      expect((types['request.completed'] ?? 0) + (types['request.failed'] ?? 0)).toBe(calls);
      expect(new Set(trail.filter(({ source }) => source !== undefined).map(placeOf)).size).toBe(
        RECORDS,
      );

      expect(counterTotal(metrics, 'netscope_requests_total')).toBe(calls);
      expect(counterTotal(metrics, 'netscope_records_total', { outcome: 'delivered' })).toBe(
        expected['delivered'],
      );
      expect(counterTotal(metrics, 'netscope_records_total', { outcome: 'parked' })).toBe(
        letters.length,
      );
      expect(counterTotal(metrics, 'netscope_request_duration_seconds_count')).toBe(calls);
      expect(network.data.totals.requests).toBe(calls);
      expect(live.calls + live.dropped).toBe(calls);
    },
  );
});

interface NetworkAnswer {
  readonly data: { readonly totals: { readonly requests: number } };
}

/** The first call of each record comes in the order of its key, and none overlaps the one before. */
function assertOrderByKey(ledger: readonly LedgerEntry[]): void {
  const byKey = Map.groupBy(ledger, ({ key, partition }) => `${partition}/${key}`);
  for (const entries of byKey.values()) {
    const offsets = entries.map(({ offset }) => offset ?? -1);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
  }
}
