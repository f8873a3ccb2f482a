import process from 'node:process';

import { type GatewayProcess, type LedgerEntry, shareOf, waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, RealKafkaCluster } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 24_000;
const KEYS = 400;
const PARTITIONS = 9;
const CHUNK = 500;
const IN_FLIGHT = 64;
/** Of the records: what the upstream rejects, so that dead letters are written all along. */
const PARKED_SHARE = 0.02;
/** A broker may take some of it; the rest of a stop is the drain of what is in flight. */
const STOP_MS = 5000;

/**
 * Guards against a client that stays with brokers that are gone, loses its place when its coordinator
 * does, or leaves sockets and timers of an outage behind that keep its process from ending.
 */
describe.skipIf(await isMissing('kafka', 'rgw'))('three brokers', () => {
  test(
    'a leader change and the death of the coordinator lose nothing and repeat nothing',
    { timeout: 300_000 },
    async () => {
      await using cluster = await RealKafkaCluster.start();
      const { kafka } = cluster;
      await using pipeline = await Pipeline.start({
        kafka,
        partitions: PARTITIONS,
        rules: [
          { when: { share: [0, PARKED_SHARE] }, answer: { kind: 'respond', status: 400 } },
          { answer: { kind: 'respond', status: 200, delayMs: 2 } },
        ],
        config: { source: { records_in_flight: IN_FLIGHT } },
        // A call that times out on a busy machine is repeated rightly, and would hide one that is not.
        upstream: { timeouts: { connect_ms: 20_000, read_ms: 20_000, global_ms: 30_000 } },
      });
      await using gateway = await pipeline.gateway();
      const producing = produceSlowly(pipeline);
      await untilKeys(pipeline, RECORDS / 6);

      const first = await kafka.coordinator();
      await cluster.broker(first).kill();
      await untilKeys(pipeline, RECORDS / 3);
      // By the one that took its place, while it is dead.
      await untilCommitted(pipeline, RECORDS / 3);
      await cluster.broker(first).restart();
      await untilInSync(kafka, pipeline.topic);

      // Orderly: its partitions and the group get other brokers while all are there.
      const second = await kafka.coordinator();
      expect(second).not.toBe(first);
      await cluster.broker(second).shutDown();
      await untilKeys(pipeline, RECORDS / 2);
      await cluster.broker(second).restart();
      await untilInSync(kafka, pipeline.topic);

      await producing;
      await untilNoLag(pipeline);
      const ledger = await pipeline.upstream.ledger();
      const stopMs = await stopTime(gateway);
      const written = await kafka.endOffsets(pipeline.topic);
      const places = new Set(ledger.map(placeOf)).size;
      const repeats = ledger.length - places;
      process.stdout.write(
        `[figure] coordinator killed, another shut down: ${places} records, ${repeats} repeats, longest gap ${longestGapMs(ledger)} ms, stop ${stopMs} ms\n`,
      );
      expect(places).toBe([...written.values()].reduce((sum, end) => sum + end, 0));
      expect(places).toBeGreaterThanOrEqual(RECORDS);
      // The process lives on and knows what it has called.
      expect(repeats).toBe(0);
      const rejected = ledger.filter(({ idempotencyKey = '' }) => isParked(idempotencyKey));
      expect(await letterPlaces(pipeline)).toEqual(new Set(rejected.map(placeOf)));
      expect(stopMs).toBeLessThan(STOP_MS);
      // Else a socket or a timer of an outage is left.
      expect(gateway.stderr.filter((line) => line.includes('handles still open'))).toEqual([]);
    },
  );
});

/** So that records come before, in and after each outage. */
async function produceSlowly({ kafka, topic, upstream }: Pipeline): Promise<void> {
  for (let from = 0; from < RECORDS; from += CHUNK) {
    // Of one partition: kafkajs loses what it sends while a partition goes to a leader that has answered.
    const partition = (from / CHUNK) % PARTITIONS;
    const chunk = records(CHUNK, KEYS, from).map((record) => ({ ...record, partition }));
    await kafka.produce(topic, chunk);
    await waitUntil(async () => (await upstream.counts()).keys >= from - 2 * CHUNK, {
      what: 'the gateway to follow',
      timeoutMs: 120_000,
    });
  }
}

async function untilKeys(pipeline: Pipeline, count: number): Promise<void> {
  await waitUntil(async () => (await pipeline.upstream.counts()).keys >= count, {
    what: `${count} records to arrive`,
    timeoutMs: 120_000,
  });
}

async function untilCommitted({ kafka, group, topic }: Pipeline, count: number): Promise<void> {
  await waitUntil(
    async () => {
      const committed = await kafka.committedOffsets(group, topic);
      return [...committed.values()].reduce((sum, offset) => sum + offset, 0) >= count;
    },
    { what: `${count} records to be committed`, timeoutMs: 30_000, everyMs: 250 },
  );
}

async function untilNoLag({ kafka, group, topic }: Pipeline): Promise<void> {
  await waitUntil(async () => (await kafka.lag(group, topic)) === 0, {
    what: 'every record to be committed',
    timeoutMs: 120_000,
    everyMs: 250,
  });
}

async function untilInSync(kafka: RealKafka, topic: string): Promise<void> {
  await waitUntil(async () => (await kafka.replicasInSync(topic)) === 3 * PARTITIONS, {
    what: 'all replicas to be in sync',
    timeoutMs: 120_000,
    everyMs: 250,
  });
}

async function stopTime(gateway: GatewayProcess): Promise<number> {
  const startedAtMs = performance.now();
  expect(gateway.end).toBeUndefined();
  expect(await gateway.stop()).toBe(0);
  return Math.round(performance.now() - startedAtMs);
}

function isParked(idempotencyKey: string): boolean {
  return shareOf(idempotencyKey) < PARKED_SHARE;
}

/** Whose dead letters there are; one that was in doubt may be there twice. */
async function letterPlaces({ kafka, deadLetterTopic }: Pipeline): Promise<ReadonlySet<string>> {
  const letters = await kafka.fetchAll(deadLetterTopic);
  return new Set(
    letters.map(({ headers }) => `${headers['netscope-partition']}/${headers['netscope-offset']}`),
  );
}

function placeOf({ partition, offset }: LedgerEntry): string {
  return `${partition}/${offset}`;
}

function longestGapMs(ledger: readonly LedgerEntry[]): number {
  let longest = 0;
  for (const [index, { atMs }] of ledger.entries()) {
    longest = Math.max(longest, atMs - (ledger[index - 1]?.atMs ?? atMs));
  }
  return Math.round(longest);
}
