import { describe, expect, test } from 'vitest';

import { harness, RecordingLease, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const SECOND_MS = 1000;

describe('the age of the record that has waited longest', () => {
  test('is that of one behind the record before it of its key', () => {
    const { engine, clock, lease } = harness();
    engine.accept([record(), record({ offset: 1 })], lease);
    clock.advance(9 * SECOND_MS);
    const { recordsWaiting, oldestWaitingMs } = engine.status();
    expect({ recordsWaiting, oldestWaitingMs }).toEqual({
      recordsWaiting: 1,
      oldestWaitingMs: 9 * SECOND_MS,
    });
  });

  test('is that of one whose dead letter cannot be written', async () => {
    const { engine, clock, gateway, deadLetters, lease } = harness();
    deadLetters.failures = 1000;
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(404));
    await settled();
    clock.advance(9 * SECOND_MS);
    const { recordsWaiting, oldestWaitingMs } = engine.status();
    expect({ recordsWaiting, oldestWaitingMs }).toEqual({
      recordsWaiting: 1,
      oldestWaitingMs: 9 * SECOND_MS,
    });
  });

  test('is that of the oldest of all partitions, and 0 where none waits', async () => {
    const { engine, clock, gateway, lease } = harness();
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: undefined };
    engine.accept([record()], lease);
    clock.advance(4 * SECOND_MS);
    engine.accept([record({ key: 'other' })], new RecordingLease(1));
    clock.advance(SECOND_MS);
    expect(engine.status().oldestWaitingMs).toBe(5 * SECOND_MS);
    await gateway.available();
    clock.advance(SECOND_MS);
    expect(engine.status()).toMatchObject({ recordsWaiting: 0, oldestWaitingMs: 0 });
  });
});
