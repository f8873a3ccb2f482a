import { array, assert, asyncProperty, constantFrom, integer, nat, tuple } from 'fast-check';
import { expect, test } from 'vitest';

import { broken, harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const answer = constantFrom('ok', 'refuse', 'unavailable', 'broken', 'throttle');

const RESULT_BY_ANSWER = {
  ok: () => responded(200),
  refuse: () => responded(422),
  unavailable: () => responded(503),
  broken,
  throttle: () => responded(429, 50),
};

test('whatever the upstream answers, each record ends delivered or parked once, in order by key', async () => {
  const keys = array(constantFrom('a', 'b', 'c', null), { minLength: 1, maxLength: 24 });
  const script = array(tuple(answer, nat(7)), { maxLength: 60 });
  await assert(
    asyncProperty(keys, script, integer({ min: 1, max: 6 }), async (keyOf, steps, limit) => {
      const { engine, gateway, audit, deadLetters, clock, lease } = harness({
        recordsInFlight: limit,
      });
      const records = keyOf.map((key, offset) => record({ offset, key }));
      engine.accept(records, lease);
      const queue = [...steps];
      for (let turn = 0; lease.acknowledged.length < records.length && turn < 500; turn += 1) {
        const [kind, pick] = queue.shift() ?? ['ok', 0];
        await gateway.open[pick % Math.max(1, gateway.open.length)]?.answer(
          RESULT_BY_ANSWER[kind](),
        );
        clock.advance(1000);
        await settled();
      }
      const delivered = audit.types.filter((type) => type === 'request.completed').length;
      const ended = new Set(lease.acknowledged);
      expect(ended.size).toBe(records.length);
      expect(lease.acknowledged).toHaveLength(records.length);
      expect(delivered + deadLetters.letters.length).toBe(records.length);
      for (const key of ['a', 'b', 'c']) {
        const firstCalls = gateway.made
          .filter(({ context }) => keyOf[context.source.offset] === key)
          .map(({ context }) => context.source.offset);
        expect(firstCalls).toEqual(firstCalls.toSorted((a, b) => a - b));
      }
      expect(engine.status()).toMatchObject({
        recordsInFlight: 0,
        recordsWaiting: 0,
        waitingBytes: 0,
      });
    }),
    { numRuns: 200, seed: 20_261_121 },
  );
});
