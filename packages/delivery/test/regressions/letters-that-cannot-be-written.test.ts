import { describe, expect, test } from 'vitest';

import { harness, RecordingLease, responded, settled } from '../support/harness.ts';
import { record } from '../support/route.ts';

const SLOTS = 4;

/** Each of them kept its slot, so that as many stopped every topic and every upstream. */
describe('records whose dead letters cannot be written', () => {
  test('hold their keys and offsets and nothing else', async () => {
    const world = harness({ recordsInFlight: SLOTS });
    const { engine, gateway, audit, deadLetters, lease } = world;
    deadLetters.failures = 1000;
    await reject(world, SLOTS);
    expect(engine.status()).toMatchObject({ recordsInFlight: 0, recordsWaiting: SLOTS });
    expect(audit.reserved).toBe(0);
    expect(engine.unwritten).toEqual({ letters: SLOTS, error: 'the broker is away' });
    const other = new RecordingLease(1);
    engine.accept([record({ key: 'well' })], other);
    await gateway.open[0]?.answer(responded(200));
    expect(other.acknowledged).toEqual([0]);
    expect(lease.acknowledged).toEqual([]);
  });

  test('are parked once they can be, and what they took is given back', async () => {
    const world = harness({ recordsInFlight: SLOTS });
    const { engine, clock, audit, deadLetters, lease } = world;
    deadLetters.failures = 3 * SLOTS;
    await reject(world, SLOTS);
    for (let second = 0; second < 20; second += 1) {
      clock.advance(1000);
      await settled();
    }
    expect(deadLetters.letters).toHaveLength(SLOTS);
    expect(lease.acknowledged).toHaveLength(SLOTS);
    expect(audit.reserved).toBe(0);
    expect(engine.unwritten).toEqual({ letters: 0, error: undefined });
    const { recordsInFlight, recordsWaiting, waitingBytes } = engine.status();
    expect({ recordsInFlight, recordsWaiting, waitingBytes }).toEqual({
      recordsInFlight: 0,
      recordsWaiting: 0,
      waitingBytes: 0,
    });
  });

  test('pause their partition when they pass the bytes that may wait', async () => {
    const world = harness({ recordsInFlight: 100, waitingBytesMax: 3000 });
    world.deadLetters.failures = 1000;
    await reject(world, 8);
    expect(world.lease.paused).toBe(true);
  });

  test('keep no room of the spool where a drain ends their wait', async () => {
    const world = harness({ recordsInFlight: SLOTS });
    const { engine, clock, audit, deadLetters, lease } = world;
    deadLetters.failures = 1000;
    await reject(world, SLOTS);
    const drained = engine.drain([lease], 500);
    clock.advance(500);
    await settled();
    clock.advance(5000);
    await drained;
    await settled();
    expect(audit.reserved).toBe(0);
    expect(engine.unwritten.letters).toBe(0);
    expect(engine.status()).toMatchObject({ recordsInFlight: 0, recordsWaiting: 0 });
  });
});

async function reject(
  { engine, gateway, lease }: ReturnType<typeof harness>,
  count: number,
): Promise<void> {
  engine.accept(
    Array.from({ length: count }, (_, offset) => record({ offset, key: `k${offset}` })),
    lease,
  );
  while (gateway.open.length > 0) await gateway.open[0]?.answer(responded(404));
  await settled();
}
