import { describe, expect, test } from 'vitest';

import { harness, responded } from '../support/harness.ts';
import { record } from '../support/route.ts';

const BACKOFF_MS = 60_000;

/** `failed` records that were tried once and have their turn again, then `fresh` ones of other keys. */
async function both(failed: number, fresh: number): Promise<ReturnType<typeof harness>> {
  const world = harness();
  const { engine, gateway, clock, lease } = world;
  const old = Array.from({ length: failed }, (_, offset) => record({ offset, key: `k${offset}` }));
  engine.accept(old, lease);
  for (const call of gateway.open.slice()) await call.answer(responded(503));
  gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: 1000 };
  clock.advance(BACKOFF_MS);
  engine.accept(
    Array.from({ length: fresh }, (_, index) =>
      record({ offset: failed + index, key: `k${failed + index}` }),
    ),
    lease,
  );
  gateway.inFlightMax = 1;
  gateway.made.length = 0;
  return world;
}

/** Guards against records that fail for ever and are all that a recovering upstream gets to see. */
describe('records that were tried before', () => {
  test('stand behind those that were not while the circuit sends probes', async () => {
    const { gateway } = await both(3, 2);
    gateway.probe = true;
    await gateway.available();
    expect(gateway.made.map(({ context }) => context.source.offset)).toEqual([3]);
  });

  test('are the probe where there are no others', async () => {
    const { gateway } = await both(2, 0);
    gateway.probe = true;
    await gateway.available();
    expect(gateway.made).toHaveLength(1);
  });

  test('have one turn in eight once the circuit is closed', async () => {
    const { gateway } = await both(8, 40);
    await gateway.available();
    for (let turn = 1; turn < 24; turn += 1) await gateway.open[0]?.answer(responded(200));
    const isOld = gateway.made.map(({ context }) => context.source.offset < 8);
    expect(isOld).toHaveLength(24);
    const turns = isOld.flatMap((old, turn) => (old ? [turn] : []));
    expect(turns.map((turn) => turn - (turns[0] ?? 0))).toEqual([0, 8, 16]);
  });
});
