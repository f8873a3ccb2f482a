import { describe, expect, test } from 'vitest';

import { harness, responded, settled } from '../support/harness.ts';
import { record } from '../support/route.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TRIES_MAX = 5;

// Guards against an outage that parks: a lone record spent its tries while the circuit still counted
// failures, and the first failed probe past `retry_for_ms` made it exhausted.

/** A record whose tries are spent, of an upstream whose circuit has just opened. */
async function spentRecord() {
  const world = harness({ policy: { triesMax: TRIES_MAX, retryForMs: HOUR_MS } });
  world.engine.accept([record()], world.lease);
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    await world.gateway.open[0]?.answer(responded(502));
    world.gateway.probe = tries === TRIES_MAX - 1;
    world.clock.advance(MINUTE_MS);
  }
  return world;
}

describe('a record whose tries were spent before the circuit opened', () => {
  test('is not parked by a failed probe, however long the outage, and is delivered after it', async () => {
    const { clock, gateway, deadLetters, lease } = await spentRecord();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      await gateway.open[0]?.answer(responded(502));
      clock.advance(MINUTE_MS);
    }
    expect(gateway.made.length).toBeGreaterThan(24 * 60);
    expect(deadLetters.letters).toEqual([]);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.acknowledged).toEqual([0]);
  });

  test('is not parked by a restart in the outage either', async () => {
    const before = await spentRecord();
    before.clock.advance(2 * HOUR_MS);
    await before.gateway.open[0]?.answer(responded(502));
    await settled();
    const spent = before.lease.spent.get(0);
    expect(spent).toMatchObject({ tries: TRIES_MAX, status: 502 });

    const after = harness({ policy: { triesMax: TRIES_MAX, retryForMs: HOUR_MS } });
    if (spent !== undefined) after.lease.spent.set(0, spent);
    after.engine.accept([record()], after.lease);
    await settled();
    expect(after.deadLetters.letters).toEqual([]);
    await after.gateway.open[0]?.answer(responded(200));
    expect(after.lease.acknowledged).toEqual([0]);
  });

  test('is parked by the first call past both bounds that is no probe', async () => {
    const { clock, gateway, deadLetters } = await spentRecord();
    clock.advance(HOUR_MS);
    await gateway.open[0]?.answer(responded(502));
    gateway.probe = false;
    clock.advance(MINUTE_MS);
    await gateway.open[0]?.answer(responded(502));
    await settled();
    expect(deadLetters.letters).toMatchObject([{ reason: 'exhausted', tries: TRIES_MAX + 1 }]);
  });
});
