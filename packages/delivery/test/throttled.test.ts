import { describe, expect, test } from 'vitest';

import { harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const MINUTE_MS = 60_000;

describe('records whose upstream throttles for an hour', () => {
  test.each([30_000, undefined])(
    'told to wait %s ms, spend no try and are parked at throttled_max_ms and not before',
    async (retryAfterMs) => {
      const world = harness({ policy: { triesMax: 1, throttledMaxMs: 60 * MINUTE_MS } });
      const { engine, gateway, clock, deadLetters, lease } = world;
      engine.accept(
        Array.from({ length: 3 }, (_, offset) => record({ offset, key: `k${offset}` })),
        lease,
      );
      for (let step = 0; step < 360; step += 1) {
        for (const call of gateway.open.slice()) await call.answer(responded(429, retryAfterMs));
        clock.advance(10_000);
        // One for all that wait, however many they are.
        expect(clock.pendingTimers).toBeLessThanOrEqual(1);
      }
      expect(deadLetters.letters).toEqual([]);
      expect(engine.status().recordsWaiting + engine.status().recordsInFlight).toBe(3);
      for (let step = 0; step < 13; step += 1) {
        for (const call of gateway.open.slice()) await call.answer(responded(429, retryAfterMs));
        clock.advance(10_000);
        await settled();
      }
      expect(deadLetters.letters).toHaveLength(3);
      expect(new Set(deadLetters.letters.map(({ reason, tries }) => `${reason} ${tries}`))).toEqual(
        new Set(['throttled 0']),
      );
    },
  );

  test('go on as if nothing had been once an answer is another', async () => {
    const { engine, gateway, clock, deadLetters, lease } = harness({
      policy: { triesMax: 2, throttledMaxMs: 10 * MINUTE_MS },
    });
    engine.accept([record()], lease);
    for (let minute = 0; minute < 9; minute += 1) {
      await gateway.open[0]?.answer(responded(429, 1000));
      clock.advance(MINUTE_MS);
    }
    await gateway.open[0]?.answer(responded(503));
    clock.advance(MINUTE_MS);
    for (let minute = 0; minute < 9; minute += 1) {
      await gateway.open[0]?.answer(responded(429, 1000));
      clock.advance(MINUTE_MS);
    }
    expect(deadLetters.letters).toEqual([]);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.acknowledged).toEqual([0]);
  });
});

test('a quiet topic through an outage of a day parks nothing before both bounds are passed', async () => {
  const { engine, gateway, clock, deadLetters, lease } = harness({
    policy: { triesMax: 5, retryForMs: 60 * MINUTE_MS },
  });
  // One record, probed by the half-open circuit alone: its failures spend no try.
  gateway.probe = true;
  engine.accept([record()], lease);
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    await gateway.open[0]?.answer(responded(503));
    clock.advance(MINUTE_MS);
  }
  expect(deadLetters.letters).toEqual([]);
  await gateway.open[0]?.answer(responded(200));
  expect(lease.acknowledged).toEqual([0]);
});
