import { describe, expect, test } from 'vitest';

import { harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const MINUTE_MS = 60_000;

describe('what a record went through is told to its next life', () => {
  test('a call that a drain cuts off, with `ambiguous: park`, is not made again', async () => {
    const first = harness({ policy: { ambiguous: 'park' } });
    first.engine.accept([record()], first.lease);
    const drained = first.engine.drain([first.lease], 500);
    first.clock.advance(500);
    await drained;
    expect(first.lease.spent.get(0)).toMatchObject({ bytesLeft: true, status: undefined });
    expect(first.deadLetters.letters).toEqual([]);

    const next = harness({ policy: { ambiguous: 'park' } });
    for (const [offset, spent] of first.lease.spent) next.lease.spent.set(offset, spent);
    next.engine.accept([record()], next.lease);
    await settled();
    expect(next.gateway.made).toEqual([]);
    expect(next.deadLetters.letters).toMatchObject([{ reason: 'ambiguous', tries: 1 }]);
  });

  test.each([
    ['429', responded(429)],
    ['503 with Retry-After', responded(503, 1000)],
  ])('how long it was throttled by %s goes on counting', async (_what, throttled) => {
    const policy = { throttledMaxMs: 10 * MINUTE_MS };
    const first = harness({ policy });
    first.engine.accept([record()], first.lease);
    await first.gateway.open[0]?.answer(throttled);
    const spent = first.lease.spent.get(0);
    expect(spent).toMatchObject({ tries: 0 });

    const next = harness({ policy });
    if (spent !== undefined) next.lease.spent.set(0, spent);
    next.clock.advance(first.clock.wallMs() - next.clock.wallMs() + 10 * MINUTE_MS);
    next.engine.accept([record()], next.lease);
    await next.gateway.open[0]?.answer(throttled);
    await settled();
    expect(next.deadLetters.letters).toMatchObject([{ reason: 'throttled', tries: 0 }]);
  });

  test('probes that failed since its last try do not exhaust it', async () => {
    const policy = { triesMax: 2, retryForMs: MINUTE_MS, backoffCapMs: MINUTE_MS };
    const first = harness({ policy });
    first.engine.accept([record()], first.lease);
    await first.gateway.open[0]?.answer(responded(502));
    first.clock.advance(MINUTE_MS - 1);
    await first.gateway.open[0]?.answer(responded(502));
    first.gateway.probe = true;
    for (let probe = 0; probe < 3; probe += 1) {
      first.clock.advance(MINUTE_MS);
      await first.gateway.open[0]?.answer(responded(502));
    }
    await settled();
    expect(first.deadLetters.letters).toEqual([]);
    const spent = first.lease.spent.get(0);
    expect(spent).toMatchObject({ tries: 2 });

    const next = harness({ policy });
    if (spent !== undefined) next.lease.spent.set(0, spent);
    next.clock.advance(first.clock.wallMs() - next.clock.wallMs());
    next.engine.accept([record()], next.lease);
    await next.gateway.open[0]?.answer(responded(200));
    await settled();
    expect(next.deadLetters.letters).toEqual([]);
    expect(next.lease.acknowledged).toEqual([0]);
  });
});
