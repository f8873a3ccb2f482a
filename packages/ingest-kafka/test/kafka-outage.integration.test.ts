import { randomUUID } from 'node:crypto';

import { CollectingConsumer, waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { settingsFor } from './kafka-harness.ts';
import { startSource } from './kafka-run.ts';

describe.skipIf(await isMissing('kafka'))('An outage of the broker', () => {
  let kafka: RealKafka;
  const topic = 'orders';

  beforeEach(async () => {
    kafka = await RealKafka.start();
    await kafka.createTopic(topic, 2);
  });

  afterEach(async () => kafka[Symbol.asyncDispose]());

  it('is told, and ends by itself when the broker was killed and comes back', async () => {
    const settings = settingsFor(kafka);
    await kafka.produce(topic, [{ value: 'before' }]);
    const running = startSource(settings, [topic]);
    await running.consumer.until(1);
    await kafka.kill();
    await running.untilState('disconnected');
    expect(running.source.status().reason).toMatch(/connect|answer/iu);
    await kafka.restart();
    await kafka.produce(topic, [{ value: 'after' }]);
    await waitUntil(
      () => running.consumer.handed.some(({ record }) => String(record.value) === 'after'),
      { what: 'the record written after the outage' },
    );
    await running.untilState('running');
    await waitUntil(async () => (await kafka.lag(settings.groupId, topic)) === 0, {
      what: 'no lag',
    });
    await running.stop();
  });

  it('is told, and ends by itself when the broker hung', async () => {
    const settings = settingsFor(kafka);
    const running = startSource(settings, [topic]);
    await running.untilState('running');
    await kafka.pause();
    await running.untilState('disconnected');
    await kafka.unpause();
    await kafka.produce(topic, [{ value: 'after' }]);
    const [handed] = await running.consumer.until(1);
    expect(String(handed?.record.value)).toBe('after');
    await running.untilState('running');
    await running.stop();
  });

  it('does not hold up a stop for longer than its budgets', async () => {
    const running = startSource(settingsFor(kafka), [topic]);
    await running.untilState('running');
    await kafka.kill();
    const startedMs = performance.now();
    await running.stop();
    expect(performance.now() - startedMs).toBeLessThan(12_000);
  });

  it('does not hold up a stop where the broker hangs with offsets to be committed', async () => {
    await kafka.produce(topic, [{ value: 'one' }]);
    const running = startSource(settingsFor(kafka), [topic], new CollectingConsumer());
    const [handed] = await running.consumer.until(1);
    await kafka.pause();
    handed?.lease.acknowledge(handed.record.offset);
    const startedMs = performance.now();
    await running.stop();
    // Three seconds for the commit, and next to nothing for a group that nobody answers for.
    expect(performance.now() - startedMs).toBeLessThan(6000);
    await kafka.unpause();
  });

  it('keeps a start from going on past its budget', async () => {
    await kafka.kill();
    const running = startSource(settingsFor(kafka, { startBudgetMs: 1500 }), [topic]);
    await waitUntil(() => running.source.status().state === 'stopped', { what: 'the end' });
    await expect(running.stop()).rejects.toMatchObject({ code: 'SOURCE_START_TIMEOUT' });
  });

  it('ends a start whose topics are missing by their names', async () => {
    const missing = `missing-${randomUUID()}`;
    const settings = settingsFor(kafka, {
      startBudgetMs: 1500,
      createTopics: false,
      deadLetterTopic: '{topic}.parked',
    });
    const running = startSource(settings, [topic, missing]);
    await waitUntil(() => running.source.status().state === 'stopped', { what: 'the end' });
    await expect(running.stop()).rejects.toThrow(
      `missing topics: ${missing}, ${topic}.parked, ${missing}.parked`,
    );
  });
});
