import { randomUUID } from 'node:crypto';

import { recordSourceConformance } from '@netscope/test-support/conformance';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import type { Producer } from 'kafkajs';
import { afterAll, beforeAll, describe } from 'vitest';

import { connectProducer, makeSource, settingsFor, toMessage } from './kafka-harness.ts';

describe.skipIf(await isMissing('kafka'))('KafkaSource', () => {
  let kafka: RealKafka;
  let producer: Producer;

  beforeAll(async () => {
    kafka = await sharedKafka();
    producer = await connectProducer(kafka);
  });

  afterAll(async () => {
    await producer.disconnect();
    await kafka.disconnect();
  });

  recordSourceConformance('Kafka', async () => {
    const topic = `conformance-${randomUUID()}`;
    await kafka.createTopic(topic, 1, { 'max.message.bytes': 4_000_000 });
    const settings = settingsFor(kafka);
    return {
      open: async () => makeSource(settings, [topic]).source,
      append: async (records) => {
        await producer.send({ topic, messages: records.map(toMessage) });
      },
      committed: async () => {
        const offsets = await kafka.committedOffsets(settings.groupId, topic);
        return offsets.get(0);
      },
      quietMs: 800,
      close: async () => undefined,
    };
  });
});
