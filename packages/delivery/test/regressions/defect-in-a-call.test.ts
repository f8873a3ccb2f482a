import { expect, test } from 'vitest';

import { harness, responded, settled } from '../support/harness.ts';
import { record } from '../support/route.ts';

// A call that rejected left its record unsettled for good: its key was held, the offset never moved,
// and the room reserved for its audit event was never given back.

test('a record whose call ended in a defect is called again, its key held', async () => {
  const { engine, gateway, clock, lease } = harness();
  gateway.defects = 1;
  engine.accept([record({ offset: 0 }), record({ offset: 1 })], lease);
  await settled();
  expect(gateway.made).toHaveLength(1);
  expect(lease.acknowledged).toEqual([]);
  clock.advance(60_000);
  expect(gateway.made.map(({ context }) => context.source.offset)).toEqual([0, 0]);
  await gateway.open[0]?.answer(responded(200));
  await gateway.open[0]?.answer(responded(200));
  expect(lease.acknowledged).toEqual([0, 1]);
});

test('it has its audit event, and gives back what it held', async () => {
  const { engine, gateway, audit, lease } = harness();
  gateway.defects = 1;
  engine.accept([record()], lease);
  await settled();
  expect(audit.types).toEqual(['request.failed']);
  expect(audit.reserved).toBe(0);
  expect(gateway.releases).toBe(1);
  expect(engine.status()).toMatchObject({ recordsInFlight: 0, recordsWaiting: 1 });
});

test('a defect that stays ends as any call that nothing is known of: exhausted', async () => {
  const { engine, gateway, clock, deadLetters, audit, lease } = harness();
  gateway.defects = 99;
  engine.accept([record()], lease);
  for (let call = 0; call < 3; call += 1) {
    await settled();
    clock.advance(60_000);
  }
  await settled();
  expect(deadLetters.letters).toMatchObject([{ reason: 'exhausted', tries: 3 }]);
  expect(audit.reserved).toBe(0);
});

test('with ambiguous: park it is parked: nobody knows what was sent', async () => {
  const { engine, gateway, deadLetters, lease } = harness({ policy: { ambiguous: 'park' } });
  gateway.defects = 1;
  engine.accept([record()], lease);
  await settled();
  expect(deadLetters.letters).toMatchObject([{ reason: 'ambiguous' }]);
});

test('a defect while a request is built holds its key alone and gives the reservation back', async () => {
  let defects = 1;
  const cluster = (): string => {
    defects -= 1;
    if (defects >= 0) throw new TypeError('a defect');
    return 'cluster-1';
  };
  const { engine, gateway, clock, audit, lease } = harness({ cluster });
  engine.accept([record({ offset: 0, key: 'a' }), record({ offset: 1, key: 'b' })], lease);
  expect(gateway.made.map(({ context }) => context.source.offset)).toEqual([1]);
  expect(audit.reserved).toBe(1);
  clock.advance(60_000);
  expect(gateway.made.map(({ context }) => context.source.offset)).toEqual([1, 0]);
  await gateway.open[0]?.answer(responded(200));
  await gateway.open[0]?.answer(responded(200));
  expect(lease.acknowledged.toSorted((a, b) => a - b)).toEqual([0, 1]);
  expect(engine.status()).toMatchObject({ recordsWaiting: 0, waitingBytes: 0 });
});
