import fc from 'fast-check';
import { test } from 'vitest';

import { broken, harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const answer = fc.constantFrom('ok', 'refuse', 'unavailable', 'broken', 'throttle');

const RESULT_BY_ANSWER = {
  ok: () => responded(200),
  refuse: () => responded(422),
  unavailable: () => responded(503),
  broken,
  throttle: () => responded(429, 50),
};

test('whatever the upstream answers, each record ends delivered or parked once, in order by key', async () => {
  const keys = fc.array(fc.constantFrom('a', 'b', 'c', null), { minLength: 1, maxLength: 24 });
  const script = fc.array(fc.tuple(answer, fc.nat(7)), { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(keys, script, fc.integer({ min: 1, max: 6 }), async (keyOf, steps, limit) => {
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
      if (ended.size !== records.length) throw new Error(`only ${ended.size} ended`);
      if (lease.acknowledged.length !== records.length) throw new Error('one ended twice');
      if (delivered + deadLetters.letters.length !== records.length) throw new Error('sum is off');
      for (const key of ['a', 'b', 'c']) {
        const firstCalls = gateway.made
          .filter(({ context }) => keyOf[context.source.offset] === key)
          .map(({ context }) => context.source.offset);
        if (firstCalls.some((offset, index) => offset < (firstCalls[index - 1] ?? -1))) {
          throw new Error(`key ${key} was called out of order: ${firstCalls.join(' ')}`);
        }
      }
      const status = engine.status();
      if (status.recordsInFlight + status.recordsWaiting + status.waitingBytes !== 0) {
        throw new Error('something is still counted');
      }
    }),
    { numRuns: 200, seed: 20_261_121 },
  );
});
