import { describe, expect, test } from 'vitest';

import { harness, RecordingLease, responded, settled } from '../support/harness.ts';
import { record } from '../support/route.ts';

const OFFSETS = [0, 1, 2];

/** A record whose letter a drain had cut off was counted again when it came back. */
describe('records whose letters a drain cuts off', () => {
  test('count once with their route', async () => {
    const world = harness({ policy: { parkGuard: { ratio: 0.5, minimum: 4, windowMs: 60_000 } } });
    const { engine, deadLetters, clock } = world;
    deadLetters.failures = OFFSETS.length;
    await reject(world, world.lease);
    const drained = engine.drain([world.lease], 500);
    clock.advance(500);
    await settled();
    clock.advance(1000);
    await drained;
    await settled();
    expect(deadLetters.letters).toEqual([]);

    const next = new RecordingLease();
    await reject(world, next);
    expect(next.acknowledged).toEqual(OFFSETS);
    expect(engine.holds).toEqual([]);
    engine.accept([record({ offset: 3, key: null })], next);
    await world.gateway.open[0]?.answer(responded(404));
    expect(engine.holds).toMatchObject([{ reason: expect.stringContaining('4 of 4') }]);
  });
});

async function reject(
  { engine, gateway }: ReturnType<typeof harness>,
  lease: RecordingLease,
): Promise<void> {
  engine.accept(
    OFFSETS.map((offset) => record({ offset, key: null })),
    lease,
  );
  while (gateway.open.length > 0) await gateway.open[0]?.answer(responded(404));
}
