import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { type PartitionStatus, SourceError } from '@netscope/domain';
import type { KafkaSettings } from '@netscope/ingest-kafka';
import { waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { type RunningSource, startSource } from './kafka-run.ts';

const { Kafka, logLevel } = kafkajs;

const ALLOWED = async (): Promise<void> => undefined;

describe.skipIf(await isMissing('kafka'))('An offset that the log lost', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  /** A group that stands at 5 in partition 0 of a log that begins at 8 and ends at 10. */
  async function overtaken(
    more: Partial<KafkaSettings> = {},
  ): Promise<{ topic: string; settings: KafkaSettings }> {
    const topic = `lost-${randomUUID()}`;
    await kafka.createTopic(topic, 2);
    await kafka.produce(topic, written(0, 5));
    const settings = settingsFor(kafka, more);
    const before = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 5 });
    await before.stop();
    await kafka.produce(topic, written(5, 5));
    await kafka.deleteRecordsBelow(topic, { partition: 0, offset: 8 });
    return { topic, settings };
  }

  async function untilCommitted(at: {
    readonly topic: string;
    readonly settings: KafkaSettings;
    readonly offset: number;
  }): Promise<void> {
    await waitUntil(
      async () =>
        (await kafka.committedOffsets(at.settings.groupId, at.topic)).get(0) === at.offset,
      { what: `the commit of ${at.offset}` },
    );
  }

  /** The broker takes a moment to be done with a topic that was deleted. */
  async function remake(topic: string): Promise<void> {
    const made = async (): Promise<boolean> =>
      kafka.createTopic(topic, 1).then(
        () => true,
        () => false,
      );
    await waitUntil(made, { what: 'the topic made again', everyMs: 200 });
  }

  it('holds its partition, is told once, and other partitions go on', async () => {
    const { topic, settings } = await overtaken();
    const running = startSource(settings, [topic]);
    await waitUntil(() => running.losses.length === 1, { what: 'the loss' });
    await kafka.produce(topic, [{ value: 'other', partition: 1 }]);
    const [handed] = await running.consumer.until(1);
    expect(handed?.record.partition).toBe(1);
    const loss = { committed: 5, position: 5, logStart: 8, logEnd: 10, action: 'held' };
    expect(running.losses).toEqual([{ topic, partition: 0, ...loss }]);
    expect(partitionZero(running)).toMatchObject({ paused: true, committed: 5, lost: loss });
    await waitUntil(() => partitionZero(running)?.lagSeconds !== undefined, { what: 'the lag' });
    expect(partitionZero(running)?.lagRecords).toBe(2);
    expect(partitionZero(running)?.lagSeconds).toBeGreaterThan(0);
    expect(running.metrics.total('offsets_lost_total')).toBe(1);
    await running.stop();
    expect((await kafka.committedOffsets(settings.groupId, topic)).get(0)).toBe(5);
  });

  it('stays lost over a rebalance although the log has grown past it', async () => {
    const topic = `cut-${randomUUID()}`;
    await kafka.createTopic(topic, 2);
    const settings = settingsFor(kafka);
    await commitAt(kafka, { topic, groupId: settings.groupId, offset: 7 });
    const running = startSource(settings, [topic]);
    await waitUntil(() => running.losses.length === 2, { what: 'both losses' });
    await kafka.produce(topic, [...written(0, 10), ...written(0, 10, 1)]);
    const second = startSource(settings, [topic]);
    await waitUntil(
      () => running.partitions() === 1 && running.source.status().state === 'running',
      { what: 'a rebalance' },
    );
    expect(running.source.status().partitions).toMatchObject([{ lost: { committed: 7 } }]);
    expect(running.losses).toHaveLength(2);
    expect(running.consumer.handed).toHaveLength(0);
    await Promise.all([running.stop(), second.stop()]);
  });

  it.each([
    ['earliest', [8, 9]],
    ['latest', []],
  ] as const)('goes on at the %s offset where that is chosen, and is told', async (policy, old) => {
    const { topic, settings } = await overtaken({ onOffsetLost: policy });
    const running = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 10 });
    await kafka.produce(topic, written(10, 1));
    await running.consumer.until(old.length + 1);
    expect(running.consumer.offsets).toEqual([...old, 10]);
    expect(running.losses).toMatchObject([{ committed: 5, logStart: 8, action: policy }]);
    expect(partitionZero(running)).toMatchObject({ paused: false, lost: undefined });
    await running.stop();
  });

  it('is released by a seek, which is committed', async () => {
    const { topic, settings } = await overtaken();
    const running = startSource(settings, [topic]);
    await waitUntil(() => running.losses.length === 1, { what: 'the loss' });
    const seek = async (to: number | 'earliest'): Promise<unknown> =>
      running.source.seek({ topic, partition: 0, to }, ALLOWED);
    expect(await seek(7)).toEqual({ kind: 'out_of_range', logStart: 8, logEnd: 10 });
    expect(await seek(9)).toEqual({ kind: 'done', from: 5, offset: 9 });
    await untilCommitted({ topic, settings, offset: 10 });
    expect(running.consumer.offsets).toEqual([9]);
    expect(await seek('earliest')).toEqual({ kind: 'done', from: 10, offset: 8 });
    await running.consumer.until(3);
    expect(running.consumer.offsets).toEqual([9, 8, 9]);
    expect(partitionZero(running)).toMatchObject({ paused: false, lost: undefined });
    await running.stop();
    expect(await kafka.lag(settings.groupId, topic)).toBe(0);
  });

  it('names what is held where a seek asks for a partition of somebody else', async () => {
    const { topic, settings } = await overtaken();
    const running = startSource(settings, [topic]);
    await running.untilState('running');
    const outcome = await running.source.seek({ topic, partition: 7, to: 'latest' }, ALLOWED);
    expect(outcome).toEqual({ kind: 'not_held', held: [`${topic}/0`, `${topic}/1`] });
    await running.stop();
  });

  it('stays where it is, and reads on, where the move is not allowed', async () => {
    const topic = `unmoved-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, written(0, 6));
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 6 });
    const moves: unknown[] = [];
    const refused = running.source.seek({ topic, partition: 0, to: 2 }, async (move) => {
      moves.push(move);
      throw new Error('no room');
    });
    await expect(refused).rejects.toThrow('no room');
    expect(moves).toEqual([{ from: 6, offset: 2 }]);
    expect((await kafka.committedOffsets(settings.groupId, topic)).get(0)).toBe(6);
    await kafka.produce(topic, written(6, 2));
    await untilCommitted({ topic, settings, offset: 8 });
    expect(running.consumer.offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    await running.stop();
  });

  it('cannot be moved back by what was in flight before the seek', async () => {
    const topic = `moved-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, written(0, 6));
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 6 });
    const [first] = running.consumer.handed;
    await running.source.seek({ topic, partition: 0, to: 2 }, ALLOWED);
    await running.consumer.until(10);
    expect(first?.lease.fenced).toBe(true);
    first?.lease.acknowledge(5);
    expect(running.consumer.offsets).toEqual([0, 1, 2, 3, 4, 5, 2, 3, 4, 5]);
    await running.stop();
  });

  it('is lost where the topic was made anew, shorter, between two fetches', async () => {
    const topic = `remade-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, written(0, 5));
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 5 });
    const lease = running.consumer.handed[0]?.lease;
    // Nothing is fetched while it is away, so that nobody tells; the last fetch waits 250 ms.
    lease?.pause();
    await delay(1000);
    await kafka.deleteTopic(topic);
    await remake(topic);
    await kafka.produce(topic, written(0, 3));
    lease?.resume();
    await waitUntil(() => running.losses.length === 1, { what: 'the loss', timeoutMs: 30_000 });
    // It may be met before the records are there.
    expect(running.losses).toMatchObject([{ position: 5, logStart: 0 }]);
    expect(running.losses[0]?.logEnd).toBeLessThanOrEqual(3);
    await kafka.produce(topic, written(3, 6));
    await waitUntil(() => partitionZero(running)?.lagRecords === 9, { what: 'all as the lag' });
    await waitUntil(() => partitionZero(running)?.lagSeconds !== undefined, { what: 'its age' });
    await running.source.seek({ topic, partition: 0, to: 'earliest' }, ALLOWED);
    await running.consumer.until(14);
    expect(running.consumer.offsets).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await running.stop();
  });

  it('is none where the topic was deleted while nobody read: its commits went with it', async () => {
    const topic = `remade-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, written(0, 5));
    const settings = settingsFor(kafka);
    const before = startSource(settings, [topic]);
    await untilCommitted({ topic, settings, offset: 5 });
    await before.stop();
    await kafka.deleteTopic(topic);
    await remake(topic);
    await kafka.produce(topic, written(0, 7));
    const after = startSource(settings, [topic]);
    await after.consumer.until(7);
    expect(after.consumer.offsets).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(after.losses).toHaveLength(0);
    await after.stop();
  });

  it('ends the start where no offset is known and auto_offset_reset is none', async () => {
    const topic = `none-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    const running = startSource(settingsFor(kafka, { autoOffsetReset: 'none' }), [topic]);
    const failure: unknown = await running.ended.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SourceError);
    expect(failure).toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: `the group has no offset for ${topic}/0 and auto_offset_reset is none`,
    });
  });
});

function partitionZero(running: RunningSource): PartitionStatus | undefined {
  return running.source.status().partitions.find(({ partition }) => partition === 0);
}

/** As if the logs had been longer when the group committed: their ends were cut since. */
async function commitAt(
  kafka: RealKafka,
  at: { readonly topic: string; readonly groupId: string; readonly offset: number },
): Promise<void> {
  const client = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const partitions = [0, 1].map((partition) => ({ partition, offset: String(at.offset) }));
  await admin.setOffsets({ groupId: at.groupId, topic: at.topic, partitions });
  await admin.disconnect();
}

function written(
  first: number,
  count: number,
  partition = 0,
): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_none, index) => ({
    value: String(first + index),
    partition,
  }));
}
