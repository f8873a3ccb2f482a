import { randomUUID } from 'node:crypto';

import { NULL_HEADER_VALUE, type SourceRecord } from '@netscope/domain';
import { KafkaDeadLetters, readLast } from '@netscope/ingest-kafka';
import { realClock, RecordingLog } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { connectProducer, settingsFor } from '../kafka-harness.ts';
import { letterAbout } from '../sample-letter.ts';

const { signal } = new AbortController();
const HEADERS = [
  { key: 'zone', value: Buffer.from('a') },
  { key: '10', value: Buffer.from('ten') },
  { key: 'none', value: null },
  { key: 'empty', value: Buffer.alloc(0) },
  { key: '9', value: Buffer.from('nine') },
  { key: 'zone', value: Buffer.from('b') },
  { key: '__proto__', value: Buffer.from('p') },
];

/**
 * Guards against a letter with headers in another order than the record (grouped by name, names like
 * numbers first), and with an empty one where the record's had no value.
 */
describe.skipIf(await isMissing('kafka'))('The headers of a dead letter', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => {
    await kafka.disconnect();
  });

  async function only(topic: string): Promise<SourceRecord | undefined> {
    const options = { topic, last: 1, clock: realClock, log: new RecordingLog() };
    const { records } = await readLast({ kafka: settingsFor(kafka), ...options }, signal);
    return records[0];
  }

  it('are those of its record, in order, repeated and without a value, and then ours', async () => {
    const topic = `headers-${randomUUID()}`;
    await kafka.createTopic(topic);
    await kafka.createTopic(`${topic}.parked`);
    const producer = await connectProducer(kafka);
    await producer.send({ topic, messages: [{ value: null, headers: HEADERS }] });
    await producer.disconnect();
    const record = await only(topic);
    const settings = settingsFor(kafka, { deadLetterTopic: '{topic}.parked' });
    const log = new RecordingLog();
    const letters = new KafkaDeadLetters({ kafka: settings, clock: realClock, log });
    await letters.park(letterAbout(topic, { headers: record?.headers ?? [] }), signal);
    await letters.close();
    const parked = (await only(`${topic}.parked`))?.headers ?? [];
    expect(parked.slice(0, HEADERS.length).map(asProduced)).toEqual(HEADERS);
    expect(parked[HEADERS.length]?.name).toBe('netscope-reason');
  });
});

function asProduced({ name, value }: SourceRecord['headers'][number]): (typeof HEADERS)[number] {
  return { key: name, value: value === NULL_HEADER_VALUE ? null : Buffer.from(value) };
}
