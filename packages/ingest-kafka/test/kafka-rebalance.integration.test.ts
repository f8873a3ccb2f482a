import { randomUUID } from 'node:crypto';

import type { PartitionLease } from '@netscope/domain';
import { CollectingConsumer, waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { type RunningSource, startSource } from './kafka-run.ts';

const PARTITIONS = 4;
const RECORDS = 400;

describe.skipIf(await isMissing('kafka'))('A rebalance', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  /** What was written, and what a producer's own retries wrote twice. */
  async function recordsIn(topic: string): Promise<number> {
    const ends = await kafka.endOffsets(topic);
    return [...ends.values()].reduce((sum, end) => sum + end, 0);
  }

  async function filledTopic(): Promise<string> {
    const topic = `rebalance-${randomUUID()}`;
    await kafka.createTopic(topic, PARTITIONS);
    await kafka.produce(topic, numbered(0, RECORDS));
    return topic;
  }

  it('hands nothing over twice that a drain finished, in either member', async () => {
    const topic = await filledTopic();
    const settings = settingsFor(kafka);
    const first = startSource(settings, [topic], new FinishingConsumer());
    await first.consumer.until(await recordsIn(topic));
    const second = startSource(settings, [topic], new FinishingConsumer());
    await waitUntil(
      () =>
        isSettled(first, PARTITIONS - 1) &&
        isSettled(second, PARTITIONS - 1) &&
        first.partitions() + second.partitions() === PARTITIONS,
      { what: 'two members with partitions' },
    );
    await kafka.produce(topic, numbered(RECORDS, RECORDS));
    const count = await recordsIn(topic);
    const handed = (): number => first.consumer.handed.length + second.consumer.handed.length;
    await waitUntil(() => handed() >= count, { what: 'all records' });
    await second.stop();
    await waitUntil(() => isSettled(first, PARTITIONS) && first.partitions() === PARTITIONS, {
      what: 'all partitions back',
    });
    await first.stop();
    const names = [...first.consumer.handed, ...second.consumer.handed].map(
      ({ record }) => `${record.partition}/${record.offset}`,
    );
    expect(new Set(names).size).toBe(count);
    expect(names).toHaveLength(count);
    expect(await kafka.lag(settings.groupId, topic)).toBe(0);
    expect(first.metrics.total('rebalances_total')).toBeGreaterThan(0);
  });

  it('hands over again what was open, and not what was settled above it', async () => {
    const topic = `kept-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(
      topic,
      numbered(0, 10).map((record) => ({ ...record, partition: 0 })),
    );
    const settings = settingsFor(kafka);
    const consumer = new CollectingConsumer();
    const first = startSource(settings, [topic], consumer);
    const [head] = await consumer.until(10);
    for (const offset of [0, 1, 4, 5, 9]) head?.lease.acknowledge(offset);
    const second = startSource(settings, [topic], new CollectingConsumer());
    await waitUntil(
      () => consumer.drains.length > 0 && isSettled(first, 1) && isSettled(second, 1),
      { what: 'a rebalance' },
    );
    await waitUntil(() => first.partitions() + second.partitions() === 1, { what: 'one owner' });
    const keeper = first.partitions() === 1 ? consumer : second.consumer;
    // Whoever it is: the one who had it remembers, another reads it in the commit.
    const open = [2, 3, 6, 7, 8];
    const before = keeper === consumer ? 10 : 0;
    const handed = await keeper.until(before + open.length);
    expect(handed.slice(before).map(({ record }) => record.offset)).toEqual(open);
    await Promise.all([first.stop(), second.stop()]);
  });

  it('commits nothing that an earlier generation acknowledges', async () => {
    const topic = `fenced-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(
      topic,
      numbered(0, 5).map((record) => ({ ...record, partition: 0 })),
    );
    const settings = settingsFor(kafka);
    const consumer = new CollectingConsumer();
    const first = startSource(settings, [topic], consumer);
    const [head] = await consumer.until(5);
    const second = startSource(settings, [topic], new CollectingConsumer());
    await waitUntil(() => head?.lease.fenced === true && second.source.status().assigned, {
      what: 'the fence',
    });
    for (const offset of [0, 1, 2, 3, 4]) head?.lease.acknowledge(offset);
    await Promise.all([first.stop(), second.stop()]);
    expect(await kafka.lag(settings.groupId, topic)).toBe(5);
  });
});

/** It runs, and holds no more than its share. */
function isSettled(running: RunningSource, partitionsMax: number): boolean {
  const { state, assigned } = running.source.status();
  return assigned && state === 'running' && running.partitions() <= partitionsMax;
}

/** Acknowledges half at once and the rest when it is drained, as calls in flight would end. */
class FinishingConsumer extends CollectingConsumer {
  readonly #open: { readonly lease: PartitionLease; readonly offset: number }[] = [];

  override accept(...[records, lease]: Parameters<CollectingConsumer['accept']>): void {
    super.accept(records, lease);
    for (const { offset } of records) {
      if (offset % 2 === 0) lease.acknowledge(offset);
      else this.#open.push({ lease, offset });
    }
  }

  override async drain(
    ...[leases, budgetMs]: Parameters<CollectingConsumer['drain']>
  ): Promise<void> {
    await super.drain(leases, budgetMs);
    for (const { lease, offset } of this.#open.splice(0)) lease.acknowledge(offset);
  }
}

function numbered(first: number, count: number): { key: string; value: string }[] {
  return Array.from({ length: count }, (_none, index) => ({
    key: `key ${(first + index) % 50}`,
    value: String(first + index),
  }));
}
