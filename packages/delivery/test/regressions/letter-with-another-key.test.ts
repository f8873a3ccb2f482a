import { expect, test } from 'vitest';

import { harness, settled } from '../support/harness.ts';
import { record, route } from '../support/route.ts';

/**
 * A letter keeps the key for the record's next life. That of a record whose last call was made by an
 * earlier life, or that no call was made of, had a derived key where the route takes it from the
 * record: sent again, it would have been another one to the upstream.
 */

const idempotency = { ...route().idempotency, from: 'header.order' };
const order = { order: 'order-7' };

test('a record that its last call parked before a restart keeps the key of that call', async () => {
  const { engine, gateway, lease, clock, deadLetters, audit } = harness({
    routes: [route({ idempotency })],
  });
  const atMs = clock.wallMs();
  const spent = { tries: 1, firstTryAtMs: atMs - 1000, lastTryAtMs: atMs - 1000 };
  lease.spent.set(0, { ...spent, status: 422, bytesLeft: true });
  engine.accept([record({ headers: order })], lease);
  await settled();
  expect(gateway.made).toEqual([]);
  expect(deadLetters.letters).toMatchObject([{ context: { idempotencyKey: 'order-7' } }]);
  expect(audit.events).toMatchObject([{ context: { idempotencyKey: 'order-7' } }]);
});

test.each([
  ['a missing value', { request: { ...route().request, path: '/{value.none}' } }, {}],
  ['a null value', {}, { value: null }],
  ['a body that is too large', { request: { ...route().request, bodyBytesMax: 1 } }, {}],
])('a record that is parked for %s has the key that its calls would have', async (...facts) => {
  const [, changes, more] = facts;
  const { engine, lease, deadLetters } = harness({ routes: [route({ ...changes, idempotency })] });
  engine.accept([record({ ...more, headers: order })], lease);
  await settled();
  expect(deadLetters.letters).toMatchObject([{ context: { idempotencyKey: 'order-7' } }]);
});

test('of what cannot be a key the derived one stands there', async () => {
  const { engine, lease, deadLetters } = harness({ routes: [route({ idempotency })] });
  engine.accept([record({ headers: { order: '' } })], lease);
  await settled();
  const [letter] = deadLetters.letters;
  expect(letter?.errorMessage).toBe('idempotency.from: the value is empty');
  expect(letter?.context.idempotencyKey).toMatch(/^[0-9a-f]{64}$/);
});
