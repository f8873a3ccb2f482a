import { realTimers, waitUntil } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { settingsFor } from '../kafka-harness.ts';
import { startSource } from '../kafka-run.ts';

const HOUR_MS = 3_600_000;
/** The least that a broker takes. */
const SESSION_MS = 6000;

/**
 * Guards against heartbeats that wait for the wall clock: set back, it kept a member silent until its
 * session was over. It went on reading and could commit nothing, while others read the same.
 */
describe.skipIf(await isMissing('kafka'))('A wall clock that is set', () => {
  let kafka: RealKafka;
  const topic = 'orders';

  beforeEach(async () => {
    kafka = await RealKafka.start();
    await kafka.createTopic(topic, 1);
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await kafka[Symbol.asyncDispose]();
  });

  it.each([
    ['back', -HOUR_MS],
    ['forward', HOUR_MS],
  ])('%s by an hour leaves the member in its group', async (_name, byMs) => {
    const settings = settingsFor(kafka, { sessionTimeoutMs: SESSION_MS });
    await kafka.produce(topic, [{ value: 'before' }]);
    const running = startSource(settings, [topic]);
    await running.consumer.until(1);
    await running.untilState('running');

    const asItIs = Date.now.bind(Date);
    vi.spyOn(Date, 'now').mockImplementation(() => asItIs() + byMs);
    await new Promise<void>((resolve) => void realTimers.set(resolve, SESSION_MS * 1.5));
    expect(running.source.status().state).toBe('running');

    await kafka.produce(topic, [{ value: 'after' }]);
    await running.consumer.until(2);
    await waitUntil(async () => (await kafka.lag(settings.groupId, topic)) === 0, {
      what: 'the commit',
      timeoutMs: SESSION_MS,
    });
    expect(running.log.count('kafka.commit_failed')).toBe(0);
    expect(running.metrics.total('rebalances_total')).toBe(0);
    await running.stop();
  });
});
