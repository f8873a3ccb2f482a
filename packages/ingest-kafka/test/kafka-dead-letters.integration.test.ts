import { hash, randomUUID } from 'node:crypto';

import type { DeadLetter } from '@netscope/domain';
import { KafkaDeadLetters } from '@netscope/ingest-kafka';
import { realClock, RecordingLog } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { letterAbout } from './sample-letter.ts';

const { signal } = new AbortController();
const LARGE = Buffer.alloc(2_000_000, 'x');

describe.skipIf(await isMissing('kafka'))('KafkaDeadLetters', () => {
  let kafka: RealKafka;
  let letters: KafkaDeadLetters;
  const topic = `orders-${randomUUID()}`;

  beforeAll(async () => {
    kafka = await sharedKafka();
    await kafka.createTopic(`${topic}.parked`);
    const settings = settingsFor(kafka, { deadLetterTopic: '{topic}.parked' });
    letters = new KafkaDeadLetters({ kafka: settings, clock: realClock, log: new RecordingLog() });
  });

  afterAll(async () => {
    await letters.close();
    await kafka.disconnect();
  });

  it('keeps key, value and headers, tells where it went, and omits what is too large', async () => {
    const places = await Promise.all(
      [Buffer.from('body'), null, LARGE].map(async (value, offset) =>
        letters.park(letterOf(topic, { value, offset }), signal),
      ),
    );
    expect(new Set(places.map((place) => place.offset))).toEqual(new Set([0, 1, 2]));
    const stored = await kafka.fetchAll(`${topic}.parked`);
    const byOffset = new Map(stored.map((each) => [each.headers['netscope-offset'], each]));
    expect(byOffset.get('0')).toMatchObject({
      key: Buffer.from('key'),
      value: Buffer.from('body'),
    });
    expect(byOffset.get('0')?.headers).toMatchObject({
      'x-tenant': 'a',
      'netscope-reason': 'rejected',
      'netscope-status': '422',
    });
    expect(byOffset.get('1')?.value).toBeNull();
    expect(byOffset.get('1')?.headers).not.toHaveProperty('netscope-value');
    expect(byOffset.get('2')?.value).toBeNull();
    expect(byOffset.get('2')?.headers).toMatchObject({
      'netscope-value': 'omitted',
      'netscope-value-sha256': hash('sha256', LARGE, 'hex'),
    });
  });

  it('fails where the topic is missing, and works once it is there', async () => {
    const late = `late-${randomUUID()}`;
    await expect(
      letters.park(letterOf(late, { value: null, offset: 0 }), signal),
    ).rejects.toMatchObject({
      code: 'DEAD_LETTER_UNWRITABLE',
      kind: 'transient',
    });
    await kafka.createTopic(`${late}.parked`);
    const place = await letters.park(letterOf(late, { value: null, offset: 0 }), signal);
    expect(place).toEqual({ topic: `${late}.parked`, partition: 0, offset: 0 });
  });

  it('omits no value that the topic takes by itself, however many are written at once', async () => {
    const small = `small-${randomUUID()}`;
    await kafka.createTopic(`${small}.parked`, 1, { 'max.message.bytes': 20_000 });
    const value = Buffer.alloc(1000, 'x');
    const places = await Promise.all(
      Array.from({ length: 100 }, async (_, offset) =>
        letters.park(letterOf(small, { value, offset }), signal),
      ),
    );
    expect(new Set(places.map((place) => place.offset)).size).toBe(100);
    const stored = await kafka.fetchAll(`${small}.parked`);
    expect(stored.filter((letter) => letter.value?.equals(value) === true)).toHaveLength(100);
  });

  it('lets the letters of a missing topic hold up no other', async () => {
    const missing = `missing-${randomUUID()}`;
    const there = `there-${randomUUID()}`;
    await kafka.createTopic(`${there}.parked`);
    const ends = await Promise.allSettled(
      [there, missing, there, missing].map(async (name, offset) =>
        letters.park(letterOf(name, { value: null, offset }), signal),
      ),
    );
    expect(ends.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
  });
});

function letterOf(
  topic: string,
  record: { readonly value: Buffer | null; readonly offset: number },
): DeadLetter {
  const key = Buffer.from('key');
  const headers = [{ name: 'x-tenant', value: Buffer.from('a') }];
  return { ...letterAbout(topic, { ...record, key, headers }), status: 422 };
}
