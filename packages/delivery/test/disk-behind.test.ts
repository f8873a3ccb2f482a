import { expect, test } from 'vitest';

import { harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

test('no call begins while the disk is behind, and one that lands begins the next', async () => {
  const { engine, gateway, audit, lease } = harness();
  audit.held = [];
  engine.accept([record({ offset: 0, key: 'a' }), record({ offset: 1, key: 'b' })], lease);
  expect(gateway.open).toHaveLength(2);
  audit.isBehind = true;
  await gateway.open[0]?.answer(responded(200));
  engine.accept([record({ offset: 2, key: 'c' }), record({ offset: 3, key: 'd' })], lease);
  expect(gateway.made).toHaveLength(2);
  expect(audit.reserved).toBe(1);
  audit.isBehind = false;
  audit.held[0]?.();
  await settled();
  expect(gateway.made).toHaveLength(4);
});

test('a disk that was behind is asked again where nothing lands', () => {
  const { clock, engine, gateway, audit, lease } = harness();
  audit.isBehind = true;
  engine.accept([record()], lease);
  clock.advance(4);
  audit.isBehind = false;
  expect(gateway.made).toHaveLength(0);
  clock.advance(1);
  expect(gateway.made).toHaveLength(1);
});
