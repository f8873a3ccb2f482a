import { randomUUID } from 'node:crypto';

import type { KafkaSettings } from '@netscope/ingest-kafka';
import { CollectingConsumer, waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka, sharedKafka } from '@netscope/test-support/services';
import { type Admin, Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { type RunningSource, startSource } from './kafka-run.ts';

const RECORDS = 10;
const SPENT = { tries: 3, firstTryAtMs: 1_770_000_000_000, lastTryAtMs: 1_770_000_005_000 };

describe.skipIf(await isMissing('kafka'))('What was done above the committed offset', () => {
  let kafka: RealKafka;
  let admin: Admin;

  beforeAll(async () => {
    kafka = await sharedKafka();
    admin = await connectedAdmin(kafka);
  });

  afterAll(async () => {
    await admin.disconnect();
    await kafka.disconnect();
  });

  /** A topic of one partition and a group that has settled 1, 3 and 4 of it, and tried 2. */
  async function half(broker = kafka): Promise<{ topic: string; settings: KafkaSettings }> {
    const topic = `offset-map-${randomUUID()}`;
    await broker.createTopic(topic, 1);
    await broker.produce(topic, numbered('first'));
    const settings = settingsFor(broker);
    const consumer = new CollectingConsumer();
    const source = startSource(settings, [topic], consumer);
    const [head] = await consumer.until(RECORDS);
    for (const offset of [1, 3, 4]) head?.lease.acknowledge(offset);
    head?.lease.noteSpent(2, { ...SPENT, status: 503, bytesLeft: true });
    await source.stop();
    return { topic, settings };
  }

  async function offsetsAfter(
    { topic, settings }: { topic: string; settings: KafkaSettings },
    count: number,
  ): Promise<{ offsets: readonly number[]; source: RunningSource }> {
    const source = startSource(settings, [topic], new CollectingConsumer());
    const handed = await source.consumer.until(count);
    // A record too many would come with the same batch.
    await waitUntil(() => source.source.status().partitions[0]?.position === RECORDS, {
      what: 'the end of the log',
    });
    const offsets = handed.map(({ record }) => record.offset);
    return { offsets, source };
  }

  it('is told in bytes as it stands in the group, with its bound', async () => {
    const topic = `offset-map-${randomUUID()}`;
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, numbered('first'));
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic], new CollectingConsumer());
    const [head] = await running.consumer.until(RECORDS);
    const sizeOf = () => running.source.status().partitions[0]?.offsetMap;
    expect(sizeOf()).toEqual({ bytes: 0, bytesMax: 4096 });
    for (const offset of [1, 3, 4]) head?.lease.acknowledge(offset);
    await waitUntil(async () => (await metadataOf(admin, settings.groupId, topic)) !== '', {
      what: 'a commit with a map',
    });
    const metadata = await metadataOf(admin, settings.groupId, topic);
    expect(sizeOf()).toEqual({ bytes: metadata.length, bytesMax: 4096 });
    for (const { record, lease } of running.consumer.handed) lease.acknowledge(record.offset);
    await waitUntil(() => sizeOf()?.bytes === 0, { what: 'a map that says nothing' });
    await running.stop();
  });

  it('is not handed over again to another process, and what was spent is known', async () => {
    const before = await half();
    const { offsets, source } = await offsetsAfter(before, RECORDS - 3);
    expect(offsets).toEqual([0, 2, 5, 6, 7, 8, 9]);
    expect(source.consumer.handed[0]?.lease.spentOn(2)).toMatchObject(SPENT);
    expect(source.consumer.handed[0]?.lease.spentOn(0)).toBeUndefined();
    expect(source.metrics.total('records_skipped_total')).toBe(3);
    for (const { record, lease } of source.consumer.handed) lease.acknowledge(record.offset);
    await source.stop();
    expect(await kafka.lag(before.settings.groupId, before.topic)).toBe(0);
  });

  it('is still known when a second process ends before it has read so far', async () => {
    const before = await half();
    const second = startSource(before.settings, [before.topic], new CollectingConsumer());
    const [head] = await second.consumer.until(1);
    head?.lease.acknowledge(2);
    await second.stop();
    const { offsets, source } = await offsetsAfter(before, RECORDS - 4);
    await source.stop();
    expect(offsets).toEqual([0, 5, 6, 7, 8, 9]);
  });

  it.each([
    ['not ours', 'somebody else was here'],
    ['damaged', 'ns1:AQAAAAAA'],
    ['of a version to come', `ns1:${Buffer.from([9, 1, 2, 3, 4, 5]).toString('base64')}`],
  ])('is not known from metadata that is %s, which is told once', async (_what, metadata) => {
    const { topic, settings } = await half();
    await commitAs(kafka, settings.groupId, { topic, partition: 0, offset: '0', metadata });
    const { offsets, source } = await offsetsAfter({ topic, settings }, RECORDS);
    await source.stop();
    expect(offsets).toHaveLength(RECORDS);
    expect(source.log.count('kafka.offset_map_ignored')).toBe(1);
  });

  it('is not taken from another group', async () => {
    const { topic, settings } = await half();
    const metadata = await metadataOf(admin, settings.groupId, topic);
    const other = settingsFor(kafka);
    const { groupId } = other;
    await commitAs(kafka, groupId, { topic, partition: 0, offset: '0', metadata });
    const { offsets, source } = await offsetsAfter({ topic, settings: other }, RECORDS);
    await source.stop();
    expect(offsets).toHaveLength(RECORDS);
  });

  it('does not count where the group was reset', async () => {
    const { topic, settings } = await half();
    const { groupId } = settings;
    const metadata = await metadataOf(admin, groupId, topic);
    await commitAs(kafka, groupId, { topic, partition: 0, offset: '1', metadata });
    const { offsets, source } = await offsetsAfter({ topic, settings }, RECORDS - 1);
    await source.stop();
    expect(offsets).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(source.log.count('kafka.offset_map_ignored')).toBe(1);
  });

  it('does not count for the records of a topic that was made again', async () => {
    const { topic, settings } = await half();
    const { groupId } = settings;
    const metadata = await metadataOf(admin, groupId, topic);
    await kafka.deleteTopic(topic);
    await waitUntil(async () => !(await admin.listTopics()).includes(topic), { what: 'no topic' });
    await kafka.createTopic(topic, 1);
    await kafka.produce(topic, numbered('second'));
    // The broker drops the commit with the topic; somebody may have put it back.
    await commitAs(kafka, groupId, { topic, partition: 0, offset: '0', metadata });
    const { offsets, source } = await offsetsAfter({ topic, settings }, RECORDS);
    await source.stop();
    expect(offsets).toHaveLength(RECORDS);
    expect(source.log.count('kafka.offset_map_ignored')).toBe(1);
  });

  it('is left out, and the offset committed, where the broker takes no metadata', async () => {
    await using small = await RealKafka.start({
      extraProperties: { 'offset.metadata.max.bytes': 8 },
    });
    const before = await half(small);
    const { offsets, source } = await offsetsAfter(before, RECORDS);
    for (const { record, lease } of source.consumer.handed) lease.acknowledge(record.offset);
    await source.stop();
    expect(offsets).toHaveLength(RECORDS);
    expect(await small.lag(before.settings.groupId, before.topic)).toBe(0);
  });
});

function numbered(note: string): { key: string; value: string }[] {
  return Array.from({ length: RECORDS }, (_, id) => ({ key: `${note}-${id}`, value: String(id) }));
}

async function connectedAdmin(kafka: RealKafka): Promise<Admin> {
  const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return admin;
}

/** A commit as another program would make it. */
async function commitAs(
  kafka: RealKafka,
  groupId: string,
  at: { topic: string; partition: number; offset: string; metadata: string },
): Promise<void> {
  const client = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId });
  const joined = new Promise<void>((resolve) => {
    consumer.on(consumer.events.GROUP_JOIN, () => resolve());
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [at.topic] });
  await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
  await joined;
  await consumer.commitOffsets([at]);
  await consumer.disconnect();
}

async function metadataOf(admin: Admin, groupId: string, topic: string): Promise<string> {
  const [fetched] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const metadata = fetched?.partitions[0]?.metadata ?? '';
  expect(metadata).toMatch(/^ns1/u);
  return metadata;
}
