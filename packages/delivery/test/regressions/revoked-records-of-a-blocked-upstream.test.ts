import { describe, expect, test } from 'vitest';

import { harness, responded, RecordingLease } from '../support/harness.ts';
import { record } from '../support/route.ts';

/** What waited in front of an open circuit stayed in memory and in the numbers at each rebalance. */
describe('partitions that come and go while their upstream takes nothing', () => {
  test('leave nothing of an earlier lease in front of it', async () => {
    const { engine, gateway } = harness();
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: undefined };
    for (let generation = 0; generation < 3; generation += 1) {
      const lease = new RecordingLease();
      engine.accept(
        [0, 1, 2].map((offset) => record({ offset, key: null })),
        lease,
      );
      expect(engine.status().waitingByUpstream).toMatchObject({ partner: 3 });
      await engine.drain([lease], 1000);
    }
    expect(engine.status()).toMatchObject({ recordsWaiting: 0, waitingByUpstream: { partner: 0 } });
  });

  test('take their backoffs with them, and those of other partitions go on', async () => {
    const { engine, gateway, lease, clock } = harness();
    const other = new RecordingLease(1);
    engine.accept([record({ offset: 0, key: null })], lease);
    engine.accept([record({ offset: 0, key: null })], other);
    for (let call = 0; call < 2; call += 1) await gateway.open[0]?.answer(responded(503));
    expect(engine.status().waitingByUpstream).toMatchObject({ partner: 2 });
    clock.advance(10);
    await engine.drain([lease], 1000);
    expect(engine.status().waitingByUpstream).toMatchObject({ partner: 1 });
    clock.advance(120_000);
    await gateway.open[0]?.answer(responded(200));
    expect(other.acknowledged).toEqual([0]);
    expect(gateway.made).toHaveLength(3);
  });
});
