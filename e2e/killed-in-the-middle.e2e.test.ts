import process from 'node:process';

import { type LedgerEntry, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail } from './support/audit-trail.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const KILLS = 5;
const RECORDS = 12_000;
const IN_FLIGHT = 256;
/** `source.kafka.commit_interval_ms`, and what of it a busy machine may add to one commit. */
const COMMIT_INTERVAL_MS = 100;

describe.skipIf(await isMissing('kafka', 'rgw'))('kill -9 in the middle', () => {
  test(
    'loses nothing, and repeats no more than was in flight and one commit interval',
    { timeout: 240_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: 4,
        rules: [{ answer: { kind: 'respond', status: 200, delayMs: 5 } }],
        config: {
          source: {
            records_in_flight: IN_FLIGHT,
            kafka: { session_timeout_ms: 6000, commit_interval_ms: COMMIT_INTERVAL_MS },
          },
        },
      });
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500));
      for (let kill = 1; kill <= KILLS; kill += 1) {
        await using gateway = await pipeline.gateway(pipeline.folder);
        const target = Math.floor((RECORDS * kill) / (KILLS + 1));
        await waitUntil(async () => (await pipeline.upstream.counts()).keys >= target, {
          what: `${target} records to arrive`,
          timeoutMs: 60_000,
          everyMs: 10,
        });
        await gateway.kill();
      }
      await using gateway = await pipeline.gateway(pipeline.folder);
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'every record to be committed',
          timeoutMs: 90_000,
          everyMs: 250,
        },
      );
      expect(await gateway.stop()).toBe(0);

      const ledger = await pipeline.upstream.ledger();
      const byRecord = Map.groupBy(ledger, ({ partition, offset }) => `${partition}/${offset}`);
      expect(byRecord.size).toBe(RECORDS);
      for (const entries of byRecord.values()) {
        expect(new Set(entries.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      }
      const repeats = ledger.length - RECORDS;
      // The last commit is at most one interval old.
      const perInterval = mostInWindow(ledger, COMMIT_INTERVAL_MS);
      const bound = KILLS * (IN_FLIGHT + perInterval);
      process.stdout.write(`repeats after ${KILLS} kills: ${repeats} (bound ${bound})\n`);
      expect(repeats).toBeLessThanOrEqual(bound);

      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const completed = trail.filter(({ event_type }) => event_type === 'request.completed');
      expect(new Set(completed.map(placeOf)).size).toBe(RECORDS);
    },
  );
});

/** The most arrivals that lie within `windowMs` of each other. */
function mostInWindow(ledger: readonly LedgerEntry[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [index, { atMs }] of ledger.entries()) {
    while ((ledger[first]?.atMs ?? atMs) < atMs - windowMs) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
