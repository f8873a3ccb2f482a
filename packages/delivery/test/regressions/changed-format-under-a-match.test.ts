import { expect, test } from 'vitest';

import { harness, responded, settled } from '../support/harness.ts';
import { record, route } from '../support/route.ts';

const FRAME = String.fromCodePoint(0, 0, 0, 0, 7);

/**
 * Records that cannot be read where a match asks for their value were no route's, so that no guard
 * counted them: a changed format emptied the topic into the dead letters.
 */
test('a format that changes under a match by value pauses its route', async () => {
  const { engine, gateway, deadLetters, lease } = harness({
    routes: [route({ match: { headers: {}, value: { state: ['final'] } } })],
    policy: { parkGuard: { ratio: 0.5, minimum: 4, windowMs: 60_000 } },
  });
  const framed = Array.from({ length: 20 }, (_, offset) =>
    record({ offset, key: `k${offset}`, value: FRAME }),
  );
  for (const one of framed) {
    engine.accept([one], lease);
    await settled();
  }
  expect(deadLetters.letters).toHaveLength(4);
  expect(deadLetters.letters[0]?.context.route).toBeUndefined();
  expect(engine.holds).toMatchObject([{ target: 'route', by: 'park_guard' }]);
  engine.accept([record({ offset: 20, key: 'good', value: '{"state":"final"}' })], lease);
  expect(gateway.made).toEqual([]);
  const [held] = engine.holds;
  engine.control({ target: 'route', name: held?.name ?? '', action: 'resume', reason: '' });
  await gateway.open[0]?.answer(responded(200));
  expect(lease.acknowledged).toContain(20);
});
