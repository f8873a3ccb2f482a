import { realTimers } from '@netscope/test-support';
import { isMissing, RealKafka } from '@netscope/test-support/services';
import { describe, expect, it } from 'vitest';

import { settingsFor } from '../kafka-harness.ts';
import { startSource } from '../kafka-run.ts';

/** Longer than from one heartbeat to the next, so that the next is due when the broker goes. */
const FROZEN_MS = 2500;
/** The broker keeps the place of a member that could not leave so long. */
const SESSION_MS = 45_000;
/** From a broker that is back to its next record, in much less than that. */
const BACK_WITHIN_MS = 20_000;

/**
 * Guards against a member that ends with its broker: where a heartbeat was due when the connection of
 * the only broker known broke, there was nobody to ask for the coordinator, kafkajs called that an
 * error that no retry mends, and the process ended. Then it joined as somebody new, while the broker
 * kept its old place until the session timed out.
 */
describe.skipIf(await isMissing('kafka'))('A broker that is gone when a heartbeat is due', () => {
  it('does not end its only source, which goes on when it is back', async () => {
    await using kafka = await RealKafka.start();
    await kafka.createTopic('orders', 1);
    await kafka.produce('orders', [{ value: 'before' }]);
    const settings = settingsFor(kafka, { sessionTimeoutMs: SESSION_MS });
    const running = startSource(settings, ['orders']);
    await running.consumer.until(1);
    await running.untilState('running');

    // No fetch returns, and no heartbeat is sent before one does.
    await kafka.pause();
    await new Promise<void>((resolve) => void realTimers.set(resolve, FROZEN_MS));
    await kafka.kill();
    await running.untilState('disconnected');
    await kafka.restart();
    const backAtMs = performance.now();
    await kafka.produce('orders', [{ value: 'after' }]);
    const handed = await running.consumer.until(2);
    expect(handed.map(({ record }) => String(record.value))).toContain('after');
    expect(performance.now() - backAtMs).toBeLessThan(BACK_WITHIN_MS);
    await running.untilState('running');
    await running.stop();
  });
});
