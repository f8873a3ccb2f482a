import { randomUUID } from 'node:crypto';

import { waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

/** Topics are looked at every 15 s, and a rebalance follows. */
const FOUND_WITHIN_MS = 60_000;

describe.skipIf(await isMissing('kafka'))('A partition that a topic gets later', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  async function grow(topic: string, count: number): Promise<void> {
    const admin = new Kafka({ brokers: [...kafka.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count }] });
    await admin.disconnect();
  }

  const three = (partition: number) =>
    Array.from({ length: 3 }, (_, id) => ({ key: `${id}`, value: `${id}`, partition }));

  // Records written before it is found would be skipped by `latest`, and `none` would end the process.
  it.each(['latest', 'none'] as const)(
    'is found while the source runs, and read from its first record with %s',
    { timeout: 90_000 },
    async (reset) => {
      const topic = `grown-${randomUUID()}`;
      await kafka.createTopic(topic, 1);
      const settings = settingsFor(kafka);
      const before = startSource(settings, [topic]);
      await before.untilState('running');
      await before.stop();
      const running = startSource({ ...settings, autoOffsetReset: reset }, [topic]);
      await running.untilState('running');
      await grow(topic, 2);
      await waitUntil(
        async () => {
          await kafka.produce(topic, three(1));
          return true;
        },
        { what: 'the broker to know the partition' },
      );
      await waitUntil(() => running.consumer.handed.length >= 3, {
        what: 'its records',
        timeoutMs: FOUND_WITHIN_MS,
      });
      expect(
        running.consumer.handed.map(({ record }) => `${record.partition}/${record.offset}`),
      ).toEqual(['1/0', '1/1', '1/2']);
      await running.stop();
      expect(await kafka.lag(settings.groupId, topic)).toBe(0);
      expect(running.log.count('kafka.partition_added')).toBe(1);
    },
  );
});
