import { randomUUID } from 'node:crypto';

import type { PartitionStatus } from '@netscope/domain';
import type { KafkaSettings } from '@netscope/ingest-kafka';
import { CollectingConsumer, SeededRandom, waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { type RunningSource, startSource } from './kafka-run.ts';

const BYTES_MAX = 4096;
/** Of which a map without any pattern takes this share when its partition pauses (`FULL_SHARE`). */
const FULL_BYTES = 0.75 * BYTES_MAX;
/** One of two done, at random: a bit each that nothing compresses, and room for 16,000 of them. */
const FITS = 12_000;
const FULL = 18_000;
/** More records above the committed offset than this pause their partition too (`SPAN_MAX`). */
const SPAN_MAX = 65_536;
const MORE = 1000;

describe.skipIf(await isMissing('kafka'))('What does not fit the commit of an offset', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  it('pauses its partition, repeats nothing after a restart, and resumes as records end', async () => {
    const { topic, settings } = await prepared();
    const isDone = oneOfTwo(FULL);
    const first = startSource(settings, [topic], new CollectingConsumer());
    await write(topic, 0, FITS);
    await settleAll(first, FITS, isDone);
    expect(zero(first)).toMatchObject({ paused: false, committed: 0 });
    expect(zero(first)?.offsetMap?.bytes).toBeLessThan(FULL_BYTES);

    await write(topic, FITS, FULL);
    await settleAll(first, FULL, isDone);
    await waitUntil(() => zero(first)?.paused === true, { what: 'the pause' });
    expect(zero(first)).toMatchObject({ committed: 0, position: FULL });
    const bytes = zero(first)?.offsetMap?.bytes ?? 0;
    expect(bytes).toBeGreaterThan(FULL_BYTES);
    expect(bytes).toBeLessThanOrEqual(BYTES_MAX);
    await write(topic, FULL, FULL + MORE);
    await otherGoesOn(first, topic);
    expect(zero(first)).toMatchObject({ paused: true, position: FULL });
    await first.stop();

    const second = startSource(settings, [topic], new CollectingConsumer());
    await waitUntil(() => zero(second)?.paused === true, { what: 'the pause after the restart' });
    await untilNoLag(second, { topic, settings }, settleHanded);
    const handed = handedOf(second);
    expect(handed.filter((offset) => isDone(offset))).toEqual([]);
    expect(handed).toEqual(all(FULL + MORE).filter((offset) => !isDone(offset)));
    expect(zero(second)).toMatchObject({ paused: false, committed: FULL + MORE });
    await second.stop();
  });

  it('pauses its partition where one record is stuck below all others, and resumes as it ends', async () => {
    const { topic, settings } = await prepared();
    const isDone = (offset: number): boolean => offset > 0;
    const first = startSource(settings, [topic], new CollectingConsumer());
    await write(topic, 0, SPAN_MAX);
    await settleAll(first, SPAN_MAX, isDone);
    // All of them are one run, which takes little room.
    expect(zero(first)).toMatchObject({ paused: false, committed: 0 });
    const end = SPAN_MAX + 2 * MORE;
    await write(topic, SPAN_MAX, SPAN_MAX + MORE);
    await settleAll(first, SPAN_MAX + MORE, isDone);
    await waitUntil(() => zero(first)?.paused === true, { what: 'the pause' });
    await write(topic, SPAN_MAX + MORE, end);
    await otherGoesOn(first, topic);
    expect(zero(first)).toMatchObject({ paused: true, position: SPAN_MAX + MORE, committed: 0 });
    await first.stop();

    const second = startSource(settings, [topic], new CollectingConsumer());
    await waitUntil(() => zero(second)?.paused === true, { what: 'the pause after the restart' });
    expect(handedOf(second)[0]).toBe(0);
    expect(handedOf(second).filter((offset) => offset > 0 && offset < SPAN_MAX + MORE)).toEqual([]);
    second.consumer.handed[0]?.lease.acknowledge(0);
    await untilNoLag(second, { topic, settings }, settleHanded);
    expect(handedOf(second)).toEqual([0, ...all(end).slice(SPAN_MAX + MORE)]);
    expect(zero(second)).toMatchObject({ paused: false, committed: end });
    await second.stop();
  });

  /** A topic of two partitions, the other of which shows that fetching goes on. */
  async function prepared(): Promise<{ topic: string; settings: KafkaSettings }> {
    const topic = `offset-map-full-${randomUUID()}`;
    await kafka.createTopic(topic, 2);
    return { topic, settings: settingsFor(kafka) };
  }

  async function write(topic: string, from: number, to: number): Promise<void> {
    const records = Array.from({ length: to - from }, (_, index) => ({
      key: String((from + index) % 1000),
      value: '',
      partition: 0,
    }));
    await kafka.produce(topic, records);
  }

  /** Once a record of partition 1 came, one of partition 0 would have: they share a fetch. */
  async function otherGoesOn(running: RunningSource, topic: string): Promise<void> {
    await kafka.produce(topic, [{ value: 'other', partition: 1 }]);
    await waitUntil(() => running.consumer.handed.at(-1)?.record.partition === 1, {
      what: 'a record of the other partition',
    });
    running.consumer.handed.at(-1)?.lease.acknowledge(0);
  }

  async function untilNoLag(
    running: RunningSource,
    { topic, settings }: { readonly topic: string; readonly settings: KafkaSettings },
    each: (running: RunningSource) => void,
  ): Promise<void> {
    const isThere = async (): Promise<boolean> => {
      each(running);
      return (await kafka.lag(settings.groupId, topic)) === 0;
    };
    await waitUntil(isThere, { what: 'no lag' });
  }
});

/** Settles those of the first `count` records that are to be, once they came and that is committed. */
async function settleAll(
  running: RunningSource,
  count: number,
  isDone: (offset: number) => boolean,
): Promise<void> {
  await running.consumer.until(count);
  const commits = running.metrics.total('commits_total');
  for (const { record, lease } of running.consumer.handed) {
    if (isDone(record.offset)) lease.acknowledge(record.offset);
  }
  await waitUntil(() => running.metrics.total('commits_total') > commits, { what: 'a commit' });
}

function settleHanded({ consumer }: RunningSource): void {
  for (const { record, lease } of consumer.handed) lease.acknowledge(record.offset);
}

/** Offsets of partition 0 as they were handed over. */
function handedOf({ consumer }: RunningSource): readonly number[] {
  return consumer.handed.flatMap(({ record }) => (record.partition === 0 ? record.offset : []));
}

function zero(running: RunningSource): PartitionStatus | undefined {
  return running.source.status().partitions.find(({ partition }) => partition === 0);
}

/** Which of so many offsets are done, the first not. */
function oneOfTwo(count: number): (offset: number) => boolean {
  const random = new SeededRandom(4096);
  const done = new Set(all(count).filter((offset) => offset > 0 && random.float() < 0.5));
  return (offset) => done.has(offset);
}

function all(count: number): readonly number[] {
  return Array.from({ length: count }, (_, offset) => offset);
}
