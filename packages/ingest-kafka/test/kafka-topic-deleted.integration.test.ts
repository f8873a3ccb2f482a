import { randomUUID } from 'node:crypto';

import { waitUntil } from '@netscope/test-support';
import { isMissing, type RealKafka, sharedKafka } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { type RunningSource, startSource } from './kafka-run.ts';

const GONE_MS = 15_000;

/** Guards against a source that stands still with all its topics where one of them is deleted. */
describe.skipIf(await isMissing('kafka'))('A topic that is deleted under a running source', () => {
  let kafka: RealKafka;

  beforeAll(async () => {
    kafka = await sharedKafka();
  });

  afterAll(async () => kafka.disconnect());

  it.each(['latest', 'none'] as const)(
    'is told, and read from its first record once it is there again (%s)',
    async (autoOffsetReset) => {
      const [kept, gone] = [`kept-${randomUUID()}`, `gone-${randomUUID()}`];
      await kafka.createTopic(kept, 2);
      await kafka.createTopic(gone, 1);
      const settings = settingsFor(kafka);
      await begin(settings.groupId, [kept, gone]);
      const running = startSource({ ...settings, autoOffsetReset }, [kept, gone]);
      await running.untilState('running');
      await kafka.produce(gone, [{ value: 'before' }]);
      await running.consumer.until(1);

      await remove(gone);
      await waitUntil(() => isMissingTold(running, gone), { what: 'it', timeoutMs: GONE_MS });
      expect(running.topicChanges).toEqual([`${gone} missing`]);
      expect(running.log.count('kafka.topic_missing')).toBe(1);
      await kafka.produce(kept, [{ value: 'meanwhile' }]);
      await running.consumer.until(2);
      await running.untilState('running');

      await remake(gone);
      // As long as the log that was deleted: its end is no sign that it is another.
      await kafka.produce(gone, [{ value: 'after' }]);
      const handed = await running.consumer.until(3);
      expect(handed.map(({ record }) => textOf(record.value))).toEqual([
        'before',
        'meanwhile',
        'after',
      ]);
      expect(running.source.status().missingTopics).toEqual([]);
      expect(running.topicChanges).toEqual([`${gone} missing`, `${gone} found`]);
      expect(running.losses).toEqual([]);
      await waitUntil(async () => (await kafka.lag(settings.groupId, gone)) === 0, {
        what: 'the commit',
      });
      await running.stop();
    },
  );

  it('ends nothing where it was the only one', async () => {
    const gone = `only-${randomUUID()}`;
    await kafka.createTopic(gone, 3);
    const running = startSource(settingsFor(kafka), [gone]);
    await running.untilState('running');
    await remove(gone);
    await waitUntil(() => isMissingTold(running, gone), { what: 'it', timeoutMs: GONE_MS });
    await remake(gone);
    await kafka.produce(gone, [{ value: 'after' }]);
    const [handed] = await running.consumer.until(1);
    expect(handed?.record.offset).toBe(0);
    await running.stop();
  });

  /** The group stands at the start of every topic, as after an earlier run. */
  async function begin(groupId: string, topics: readonly string[]): Promise<void> {
    const before = startSource({ ...settingsFor(kafka), groupId }, topics);
    await before.untilState('running');
    await before.stop();
  }

  /** A producer that knew it would go on asking for it, whatever else it is to write. */
  async function remove(topic: string): Promise<void> {
    await kafka.deleteTopic(topic);
    await kafka.disconnect();
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
});

function isMissingTold({ source, metrics }: RunningSource, topic: string): boolean {
  const told = metrics.gaugeSamples('topic_missing');
  const value = told.find(({ labels }) => labels.topic === topic)?.value;
  return source.status().missingTopics.includes(topic) && value === 1;
}

function textOf(value: Uint8Array | null): string {
  return value === null ? '' : Buffer.from(value).toString();
}
