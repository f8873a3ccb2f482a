import type { TriesSpent } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { type Harness, harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const HOUR_MS = 3_600_000;

/** A harness whose record at offset 0 was tried in another life. */
function afterRestart(spent: Partial<TriesSpent>, retryForMs = 0): Harness {
  const world = harness({ policy: { retryForMs } });
  const atMs = world.clock.wallMs();
  world.lease.spent.set(0, {
    tries: 1,
    firstTryAtMs: atMs - HOUR_MS,
    lastTryAtMs: atMs - 1000,
    status: 502,
    bytesLeft: true,
    ...spent,
  });
  world.engine.accept([record()], world.lease);
  return world;
}

describe('a record that was tried before a restart', () => {
  test('goes on with the tries that it has left', async () => {
    const { clock, gateway, deadLetters, audit } = afterRestart({ tries: 1 });
    await gateway.open[0]?.answer(responded(500));
    clock.advance(60_000);
    await gateway.open[0]?.answer(responded(500));
    await settled();
    expect(gateway.made).toHaveLength(2);
    expect(deadLetters.letters).toMatchObject([{ reason: 'exhausted', tries: 3 }]);
    expect(audit.types.at(-1)).toBe('request.quarantined');
  });

  test('counts its time from the first try ever', async () => {
    const { clock, gateway, deadLetters } = afterRestart({ tries: 2 }, HOUR_MS);
    const startedAtMs = clock.wallMs();
    await gateway.open[0]?.answer(responded(500));
    await settled();
    const [letter] = deadLetters.letters;
    expect(letter).toMatchObject({ reason: 'exhausted', tries: 3 });
    expect(letter?.firstTryAtMs).toBe(startedAtMs - HOUR_MS);
  });

  test('goes straight to the dead letters where its last status parks', async () => {
    const { gateway, deadLetters, lease } = afterRestart({ status: 404 });
    await settled();
    expect(gateway.made).toEqual([]);
    expect(deadLetters.letters).toMatchObject([{ reason: 'rejected', status: 404, tries: 1 }]);
    expect(lease.acknowledged).toEqual([0]);
  });

  test('goes there too where 503, and no wait asked for, had its tries and its time', async () => {
    const spentBy = { tries: 3, status: 503 };
    const { gateway, deadLetters, lease } = afterRestart(spentBy, HOUR_MS - 1000);
    await settled();
    expect(gateway.made).toEqual([]);
    expect(deadLetters.letters).toMatchObject([{ reason: 'exhausted', status: 503, tries: 3 }]);
    expect(lease.acknowledged).toEqual([0]);
  });

  test('is called where the clock says that its first try is still to come', async () => {
    const { gateway, lease } = afterRestart({ firstTryAtMs: Number.MAX_SAFE_INTEGER });
    await gateway.open[0]?.answer(responded(200));
    await settled();
    expect(lease.acknowledged).toEqual([0]);
  });

  test('is called again where an outage had its tries, and its probes since then took hours', async () => {
    const { engine, gateway, clock, lease } = harness({ policy: { retryForMs: HOUR_MS } });
    engine.accept([record()], lease);
    for (let hour = 0; hour < 6; hour += 1) {
      await gateway.open[0]?.answer(responded(500));
      await settled();
      // Of the next call, which begins as the clock moves.
      gateway.probe = hour >= 2;
      clock.advance(gateway.probe ? HOUR_MS : 10 * 60_000);
    }
    const spent = lease.spent.get(0);
    expect(spent).toMatchObject({ tries: 3, status: 500 });
    const next = afterRestart({ ...spent }, HOUR_MS);
    await settled();
    expect(next.deadLetters.letters).toEqual([]);
    expect(next.gateway.open).toHaveLength(1);
  });

  test('tells the lease what each call spent, for the next life', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(503));
    await settled();
    expect(lease.spent.get(0)).toMatchObject({ tries: 1, status: 503 });
  });
});
