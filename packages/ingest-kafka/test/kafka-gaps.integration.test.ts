import { waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

const { Kafka, logLevel } = kafkajs;

describe.skipIf(await isMissing('kafka'))('Offsets that the log no longer holds', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await RealKafka.start({ extraProperties: { 'log.cleaner.backoff.ms': 300 } });
  });

  afterAll(async () => kafka[Symbol.asyncDispose]());

  it('count as settled where compaction took them, so that the lag reaches 0', async () => {
    const topic = 'compacted';
    await kafka.createTopic(topic, 1, {
      'cleanup.policy': 'compact',
      'segment.ms': 100,
      'min.cleanable.dirty.ratio': 0.001,
      'delete.retention.ms': 0,
    });
    const writeMore = async (): Promise<boolean> => {
      await kafka.produce(topic, [{ key: 'k', value: 'v', partition: 0 }]);
      const records = await kafka.fetchAll(topic);
      return records.length > 0 && (records[0]?.offset ?? 0) > 3;
    };
    await waitUntil(writeMore, { what: 'compaction', everyMs: 300 });
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    const [end = 0] = (await kafka.endOffsets(topic)).values();
    await waitUntil(
      async () => (await kafka.committedOffsets(settings.groupId, topic)).get(0) === end,
      { what: 'the commit of the end' },
    );
    expect(running.consumer.handed.length).toBeLessThan(end);
    expect(running.source.status().partitions[0]?.lagRecords).toBe(0);
    await running.stop();
  });

  it('hold the partition where the committed one is lost, and nothing is skipped or sent again', async () => {
    const topic = 'lost';
    await kafka.createTopic(topic, 2);
    await kafka.produce(topic, written(0, 5));
    const settings = settingsFor(kafka);
    const before = startSource(settings, [topic]);
    await waitUntil(async () => (await kafka.lag(settings.groupId, topic)) === 0, {
      what: 'no lag',
    });
    await before.stop();
    await kafka.produce(topic, written(5, 5));
    await deleteBelow(kafka, { topic, partition: 0, offset: 8 });
    const after = startSource(settings, [topic]);
    await waitUntil(() => after.log.count('kafka.offset_lost') === 1, { what: 'the warning' });
    await kafka.produce(topic, [{ value: 'other', partition: 1 }]);
    const [handed] = await after.consumer.until(1);
    expect(handed?.record.partition).toBe(1);
    const held = after.source.status().partitions.find(({ partition }) => partition === 0);
    expect(held).toMatchObject({ paused: true, committed: 5 });
    await after.stop();
    expect((await kafka.committedOffsets(settings.groupId, topic)).get(0)).toBe(5);
  });
});

async function deleteBelow(
  kafka: RealKafka,
  at: { readonly topic: string; readonly partition: number; readonly offset: number },
): Promise<void> {
  const client = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  // It loads what `deleteTopicRecords` wants to know of the topic.
  await admin.fetchTopicOffsets(at.topic);
  const partitions = [{ partition: at.partition, offset: String(at.offset) }];
  await admin.deleteTopicRecords({ topic: at.topic, partitions });
  await admin.disconnect();
}

function written(first: number, count: number): { value: string; partition: number }[] {
  return Array.from({ length: count }, (_none, index) => ({
    value: String(first + index),
    partition: 0,
  }));
}
