import { randomUUID } from 'node:crypto';

import { readLast } from '@netscope/ingest-kafka';
import { realClock, RecordingLog, waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import kafkajs from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectProducer, settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

const { CompressionTypes } = kafkajs;
const { signal } = new AbortController();

describe.skipIf(await isMissing('kafka'))('What a Kafka log may hold', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  it.each([
    ['gzip', CompressionTypes.GZIP],
    ['snappy', CompressionTypes.Snappy],
    ['lz4', CompressionTypes.LZ4],
    ['zstd', CompressionTypes.ZSTD],
  ])('%s batches are read', async (codec, compression) => {
    const topic = `codec-${codec}-${randomUUID()}`;
    await kafka.createTopic(topic);
    const values = Array.from({ length: 50 }, (_none, index) => `${codec} ${index} `.repeat(99));
    const running = startSource(settingsFor(kafka), [topic]);
    const producer = await connectProducer(kafka);
    await producer.send({ topic, compression, messages: values.map((value) => ({ value })) });
    const handed = await running.consumer.until(values.length);
    expect(handed.map(({ record }) => Buffer.from(record.value ?? []).toString())).toEqual(values);
    await producer.disconnect();
    await running.stop();
  });

  it('transaction markers and aborted records count as settled, so that the lag reaches 0', async () => {
    const topic = `transactions-${randomUUID()}`;
    await kafka.createTopic(topic);
    const producer = await connectProducer(kafka, { transactionalId: randomUUID() });
    for (const [value, ends] of [
      ['kept', 'commit'],
      ['dropped', 'abort'],
      ['kept too', 'commit'],
      ['dropped last', 'abort'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value }] });
      await transaction[ends]();
    }
    await producer.disconnect();
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    await waitUntil(async () => (await kafka.lag(settings.groupId, topic)) === 0, {
      what: 'no lag',
    });
    const values = running.consumer.handed.map(({ record }) =>
      Buffer.from(record.value ?? []).toString(),
    );
    expect(values).toEqual(['kept', 'kept too']);
    await running.stop();
  });

  it('names the topic where it is asked for the last records of one that is not there', async () => {
    const options = { kafka: settingsFor(kafka), clock: realClock, log: new RecordingLog() };
    const read = readLast({ ...options, topic: 'no-such-topic', last: 7 }, signal);
    await expect(read).rejects.toMatchObject({
      code: 'SOURCE_MISCONFIGURED',
      message: expect.stringContaining('there is no topic no-such-topic'),
    });
  });

  it('reads the last records of a topic and leaves no group behind', async () => {
    const topic = `last-${randomUUID()}`;
    await kafka.createTopic(topic, 3);
    await kafka.produce(
      topic,
      Array.from({ length: 30 }, (_none, index) => ({ key: `k${index}`, value: `v${index}` })),
    );
    const options = { kafka: settingsFor(kafka), topic, clock: realClock, log: new RecordingLog() };
    const { records } = await readLast({ ...options, last: 7 }, signal);
    expect(records).toHaveLength(7);
    const { records: all } = await readLast({ ...options, last: 100 }, signal);
    const ends = await kafka.endOffsets(topic);
    expect(all).toHaveLength([...ends.values()].reduce((sum, end) => sum + end, 0));
    expect(new Set(all.map(({ key }) => Buffer.from(key ?? []).toString())).size).toBe(30);
    const times = all.map(({ timestampMs }) => timestampMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
