import { expect, test } from 'vitest';

import { harness, responded } from './support/harness.ts';
import { record } from './support/route.ts';

test('a record that has no timestamp has no age', async () => {
  const { engine, gateway, metrics, lease } = harness();
  engine.accept(
    [{ ...record({ offset: 0 }), timestampMs: -1 }, record({ offset: 1, key: 'b' })],
    lease,
  );
  for (const call of gateway.open.slice()) await call.answer(responded(200));
  expect(lease.acknowledged).toEqual([0, 1]);
  expect(metrics.observations.get('record_age_seconds{topic=orders}')).toHaveLength(1);
});
