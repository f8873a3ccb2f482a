import { hash, randomUUID } from 'node:crypto';

import type { SourceRecord } from '@netscope/domain';
import { KafkaDeadLetters } from '@netscope/ingest-kafka';
import { realClock, RecordingLog } from '@netscope/test-support';
import {
  isMissing,
  type RealKafka,
  sharedKafka,
  type StoredRecord,
} from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from '../kafka-harness.ts';
import { letterAbout } from '../sample-letter.ts';

type Written = Partial<Pick<SourceRecord, 'key' | 'value' | 'headers'>>;

const { signal } = new AbortController();
const LARGE = Buffer.alloc(5000, 'x');
const OMITTED_VALUE = {
  'netscope-value': 'omitted',
  'netscope-value-sha256': hash('sha256', 'body'),
};
const header = (value: Buffer): SourceRecord['headers'] => [{ name: 'x-tenant', value }];

/**
 * Guards against a partition that is stuck for ever: only the value was left out of a letter that its
 * topic found too large, so that one with large headers or a large key was refused without end.
 */
describe.skipIf(await isMissing('kafka'))('A dead letter that its topic finds too large', () => {
  let kafka: RealKafka;
  let letters: KafkaDeadLetters;

  beforeAll(async () => {
    kafka = await sharedKafka();
    const settings = settingsFor(kafka, { deadLetterTopic: '{topic}.parked' });
    letters = new KafkaDeadLetters({ kafka: settings, clock: realClock, log: new RecordingLog() });
  });

  afterAll(async () => {
    await letters.close();
    await kafka.disconnect();
  });

  async function stored(record: Written, bytesMax: number): Promise<StoredRecord | undefined> {
    const topic = `large-${randomUUID()}`;
    await kafka.createTopic(`${topic}.parked`, 1, { 'max.message.bytes': bytesMax });
    await letters.park(letterAbout(topic, record), signal);
    const [only, ...more] = await kafka.fetchAll(`${topic}.parked`);
    expect(more).toEqual([]);
    return only;
  }

  it('is written without its headers where a record with them was as large as the topics take', async () => {
    const key = Buffer.from('key');
    const headers = header(Buffer.alloc(1_048_500, 'x'));
    const letter = await stored({ key, headers }, 1_048_588);
    expect(letter).toMatchObject({ key, value: null });
    expect(letter?.headers).toMatchObject({
      'netscope-headers': 'omitted',
      'netscope-offset': '7',
    });
    for (const absent of ['x-tenant', 'netscope-value', 'netscope-key']) {
      expect(letter?.headers).not.toHaveProperty(absent);
    }
  });

  it('keeps its headers and its key where the value was what is too large', async () => {
    const key = Buffer.from('key');
    const headers = header(Buffer.from('a'));
    const letter = await stored({ key, value: LARGE, headers }, 4000);
    expect(letter).toMatchObject({ key, value: null });
    expect(letter?.headers).toMatchObject({ 'netscope-value': 'omitted', 'x-tenant': 'a' });
    expect(letter?.headers).not.toHaveProperty('netscope-headers');
    expect(letter?.headers).not.toHaveProperty('netscope-key');
  });

  it('keeps its key where value and headers are too large', async () => {
    const key = Buffer.from('key');
    const letter = await stored({ key, value: Buffer.from('body'), headers: header(LARGE) }, 4000);
    expect(letter).toMatchObject({ key, value: null });
    expect(letter?.headers).toMatchObject({ ...OMITTED_VALUE, 'netscope-headers': 'omitted' });
    expect(letter?.headers).not.toHaveProperty('x-tenant');
    expect(letter?.headers).not.toHaveProperty('netscope-key');
  });

  it('is written without its key, too, where that is too large, and says what it hashed to', async () => {
    const value = Buffer.from('body');
    const letter = await stored({ key: LARGE, value, headers: header(LARGE) }, 4000);
    expect(letter).toMatchObject({ key: null, value: null });
    expect(letter?.headers).toMatchObject({
      ...OMITTED_VALUE,
      'netscope-headers': 'omitted',
      'netscope-key': 'omitted',
      'netscope-key-sha256': hash('sha256', LARGE),
      'netscope-reason': 'rejected',
      'netscope-offset': '7',
    });
  });

  it('is refused, and nothing else, where even what we say is too large', async () => {
    await expect(stored({ key: LARGE, headers: header(LARGE) }, 100)).rejects.toMatchObject({
      code: 'DEAD_LETTER_UNWRITABLE',
      kind: 'transient',
    });
  });
});
