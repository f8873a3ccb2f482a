import { cp, rm } from 'node:fs/promises';

import { type GatewayProcess, type LedgerEntry, waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka, type RecordToProduce } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 300;
const PARTITIONS = 3;
/** Past the end of each test: what was done is known to the journal alone. */
const NEVER_MS = 600_000;
/** The least of a broker is 1 s here; another node waits for a member that was killed. */
const SESSION_MS = 6000;
const EACH_AGAIN = { places: RECORDS, calls: new Set([2]), keys: new Set([1]) };
const EACH_AS_ANOTHER = { ...EACH_AGAIN, keys: new Set([2]) };
const STAMPED_AT_MS = Date.parse('2026-11-21T00:00:00Z');

/**
 * Guards against records that are taken for others of the same topic, partition and offset, and so
 * never called: what a node remembers of its own past counts for the very same records alone.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('what counts as the same record', () => {
  test(
    'after kill -9 nothing that the journal knows is called again',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await start(NEVER_MS);
      await deliverAndKill(pipeline, written());
      await using gateway = await pipeline.gateway(pipeline.folder);
      await untilSettled(gateway);
      expect(await callsOf(pipeline)).toHaveLength(RECORDS);
      expect(
        counterTotal(await gateway.getText('/metrics'), 'netscope_records_skipped_total'),
      ).toBe(RECORDS);
    },
  );

  test(
    'a topic made anew under its name is called from its first record',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await start(NEVER_MS);
      const { kafka, topic } = pipeline;
      await deliverAndKill(pipeline, written());
      await kafka.deleteTopic(topic);
      await kafka.createTopic(topic, PARTITIONS);
      // The same keys in the same partitions at the same offsets: the time alone differs.
      await kafka.produce(topic, written(STAMPED_AT_MS + 1));
      await using gateway = await pipeline.gateway(pipeline.folder);
      await untilCalls(pipeline, 2 * RECORDS);
      await untilSettled(gateway);
      expect(summaryOf(await callsOf(pipeline))).toEqual(EACH_AS_ANOTHER);
    },
  );

  test(
    'records of another cluster are called, also where all but the cluster is the same',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await start(NEVER_MS);
      await using other = await RealKafka.start();
      await other.createTopic(pipeline.topic, PARTITIONS);
      await other.createTopic(pipeline.deadLetterTopic, 1);
      await other.produce(pipeline.topic, written());
      await deliverAndKill(pipeline, written());
      await using gateway = await pipeline.gateway(pipeline.folder, sourceOn(pipeline, other));
      await untilCalls(pipeline, 2 * RECORDS);
      await untilSettled(gateway);
      expect(summaryOf(await callsOf(pipeline))).toEqual(EACH_AS_ANOTHER);
      expect(gateway.logs.map(({ event }) => event)).not.toContain('kafka.left_as_former');
    },
  );

  test(
    'a group that was set back has all of it called again, with the same idempotency keys',
    { timeout: 180_000 },
    async () => {
      const commitIntervalMs = 50;
      await using pipeline = await start(commitIntervalMs);
      await deliverAndKill(pipeline, written(), async () => {
        await waitUntil(
          async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
          { what: 'all to be committed' },
        );
      });
      await pipeline.kafka.resetGroup(pipeline.group, pipeline.topic);
      await using gateway = await pipeline.gateway(pipeline.folder);
      await untilCalls(pipeline, 2 * RECORDS);
      await untilSettled(gateway);
      expect(summaryOf(await callsOf(pipeline))).toEqual(EACH_AGAIN);
      const warned = gateway.logs.filter(({ event }) => event === 'kafka.group_was_reset');
      expect(warned).toHaveLength(PARTITIONS);
    },
  );

  test(
    'a copy of data_dir neither leaves for the original nor skips what that did',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await start(NEVER_MS);
      await deliverAndKill(pipeline, written());
      const copy = `${pipeline.folder}-copy`;
      try {
        await cp(pipeline.folder, copy, { recursive: true });
        await using gateway = await pipeline.gateway(copy);
        await untilCalls(pipeline, 2 * RECORDS);
        await untilSettled(gateway);
        expect(summaryOf(await callsOf(pipeline))).toEqual(EACH_AGAIN);
        expect(gateway.logs.map(({ event }) => event)).not.toContain('kafka.left_as_former');
        expect(await gateway.stop()).toBe(0);
      } finally {
        await rm(copy, { recursive: true, force: true });
      }
    },
  );
});

function start(commitIntervalMs: number): Promise<Pipeline> {
  const kafka = { commit_interval_ms: commitIntervalMs, session_timeout_ms: SESSION_MS };
  return Pipeline.start({ partitions: PARTITIONS, config: { source: { kafka } } });
}

/** Of one time and at places that do not depend on a partitioner. */
function written(timestampMs = STAMPED_AT_MS): readonly RecordToProduce[] {
  return records(RECORDS, RECORDS).map((record, index) => ({
    ...record,
    partition: index % PARTITIONS,
    timestampMs,
  }));
}

/** A first life that ends when everything is called, and its audit on disk. */
async function deliverAndKill(
  pipeline: Pipeline,
  toDeliver: readonly RecordToProduce[],
  before: () => Promise<void> = async () => undefined,
): Promise<void> {
  const gateway = await pipeline.gateway(pipeline.folder);
  await pipeline.kafka.produce(pipeline.topic, toDeliver);
  await untilSettled(gateway);
  await untilAudited(gateway);
  await before();
  await gateway.kill();
  expect(await callsOf(pipeline)).toHaveLength(RECORDS);
}

/** Every record is delivered, or known to have been. */
async function untilSettled(gateway: GatewayProcess): Promise<void> {
  await waitUntil(
    async () => {
      const text = await gateway.getText('/metrics');
      const delivered = counterTotal(text, 'netscope_records_total', { outcome: 'delivered' });
      return delivered + counterTotal(text, 'netscope_records_skipped_total') >= RECORDS;
    },
    { what: 'every record to be settled', timeoutMs: 60_000 },
  );
}

/** A call counts as delivered a moment before its audit event is on disk. */
async function untilAudited(gateway: GatewayProcess): Promise<void> {
  const labels = { event_type: 'request.completed' };
  await waitUntil(
    async () => {
      const text = await gateway.getText('/metrics');
      return counterTotal(text, 'netscope_audit_events_total', labels) >= RECORDS;
    },
    { what: 'every call to be on disk' },
  );
}

async function untilCalls(pipeline: Pipeline, count: number): Promise<void> {
  await waitUntil(async () => (await pipeline.upstream.ledger()).length >= count, {
    what: `${count} calls`,
    timeoutMs: 60_000,
  });
}

function callsOf(pipeline: Pipeline): Promise<readonly LedgerEntry[]> {
  return pipeline.upstream.ledger();
}

/** How many places were called, and how often and with how many idempotency keys each. */
function summaryOf(calls: readonly LedgerEntry[]) {
  const byPlace = Map.groupBy(calls, ({ partition, offset }) => `${partition}/${offset}`);
  const places = [...byPlace.values()];
  const keysOf = (entries: readonly LedgerEntry[]): number =>
    new Set(entries.map(({ idempotencyKey }) => idempotencyKey)).size;
  return {
    places: places.length,
    calls: new Set(places.map(({ length }) => length)),
    keys: new Set(places.map(keysOf)),
  };
}

/** The source's section, with another cluster's brokers. */
function sourceOn({ group, deadLetterTopic }: Pipeline, { brokers }: RealKafka) {
  return {
    source: {
      kind: 'kafka',
      kafka: { brokers, group_id: group, dead_letter_topic: deadLetterTopic },
    },
  };
}
