import { describe, expect, test } from 'vitest';

import { harness, RecordingLease, responded } from './support/harness.ts';
import { record, route } from './support/route.ts';

describe('past waiting_bytes_max', () => {
  test('a partition pauses that records wait from, and resumes below half', async () => {
    const { engine, gateway, lease } = harness({ waitingBytesMax: 3000 });
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: undefined };
    engine.accept(
      Array.from({ length: 8 }, (_, offset) => record({ offset, key: `${offset}` })),
      lease,
    );
    expect(lease.paused).toBe(true);
    expect(engine.status().waitingBytes).toBeGreaterThan(3000);
    gateway.inFlightMax = 1;
    await gateway.available();
    while (engine.status().waitingBytes >= 1500) {
      expect(lease.paused).toBe(true);
      await gateway.open[0]?.answer(responded(200));
    }
    expect(lease.paused).toBe(false);
  });

  test('no partition is held up from which nothing waits', async () => {
    const { engine, gateway, lease } = harness({
      waitingBytesMax: 3000,
      routes: [route(), route({ name: 'dead', topics: ['dead-ones'], upstream: 'dead' })],
    });
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: undefined };
    gateway.isDead = (upstream) => upstream === 'dead';
    gateway.inFlightMax = 1;
    const [apart, keys] = [new RecordingLease(1), Array.from({ length: 8 }, (_, at) => `${at}`)];
    engine.accept(
      keys.map((key, offset) => record({ offset, key, topic: 'dead-ones' })),
      lease,
    );
    for (let offset = 0; offset < 8; offset += 2) {
      engine.accept(
        [record({ offset, key: 'a' }), record({ offset: offset + 1, key: 'b' })],
        apart,
      );
      expect(apart.paused).toBe(true);
      await gateway.open[0]?.answer(responded(200));
      expect(apart.paused).toBe(false);
      await gateway.open[0]?.answer(responded(200));
    }
    expect(lease.paused).toBe(true);
    expect(engine.status().delivered).toBe(8);
  });
});
