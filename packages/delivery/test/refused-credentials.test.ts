import type { OutboundResult } from '@netscope/domain';
import { UpstreamError } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { broken, harness, type Harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

const HOUR_MS = 3_600_000;
const policy = { triesMax: 3, retryForMs: HOUR_MS };

/** One of another key is delivered. */
async function another({ engine, gateway, clock, lease }: Harness, offset: number): Promise<void> {
  clock.advance(1);
  engine.accept([record({ offset, key: `other-${offset}` })], lease);
  await gateway.open.at(-1)?.answer(responded(200));
  clock.advance(60_000);
}

/** What a call comes to that ended before it began. */
function notBegun(): OutboundResult {
  const error = new UpstreamError('UPSTREAM_TIMEOUT', 'late', { kind: 'transient' });
  const timeout = { outcome: 'timed_out', timeoutType: 'global', elapsedMs: 1, error } as const;
  return { ...broken(), bytesLeft: false, ...timeout };
}

describe('a record that our credentials are refused for', () => {
  test('is rejected where others pass meanwhile, after tries_max', async () => {
    const world = harness({ policy });
    world.engine.accept([record()], world.lease);
    await world.gateway.open[0]?.answer(responded(401));
    await another(world, 1);
    await world.gateway.open[0]?.answer(responded(401));
    await another(world, 2);
    expect(world.deadLetters.letters).toEqual([]);
    await world.gateway.open[0]?.answer(responded(401));
    await settled();
    expect(world.deadLetters.letters).toMatchObject([{ reason: 'rejected', tries: 3 }]);
  });

  test('waits where others passed only before they were refused, whatever it failed by', async () => {
    const world = harness({ policy });
    const { engine, gateway, clock, deadLetters, lease } = world;
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(500));
    await another(world, 1);
    await gateway.open[0]?.answer(responded(500));
    await another(world, 2);
    // From here on nobody passes: the credentials were rotated.
    for (let tries = 3; tries < 6; tries += 1) {
      await gateway.open[0]?.answer(responded(401));
      clock.advance(60_000);
    }
    expect(deadLetters.letters).toEqual([]);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.acknowledged).toContain(0);
  });

  test('is rejected by the same tries over a restart', async () => {
    const world = harness({ policy });
    const atMs = world.clock.wallMs();
    const spent = { tries: 2, firstTryAtMs: atMs - 5000, lastTryAtMs: atMs - 1000, status: 401 };
    world.lease.spent.set(0, { ...spent, bytesLeft: true });
    await another(world, 1);
    world.engine.accept([record()], world.lease);
    await world.gateway.open[0]?.answer(responded(401));
    await settled();
    expect(world.deadLetters.letters).toMatchObject([{ reason: 'rejected', tries: 3 }]);
  });
});

test('a call that never began takes nothing back of what the last one told', async () => {
  const world = harness({ policy: { ...policy, throttledMaxMs: 90_000 } });
  const { engine, gateway, clock, deadLetters, lease } = world;
  engine.accept([record()], lease);
  for (const result of [responded(429, 1000), notBegun(), responded(429, 1000)]) {
    await gateway.open[0]?.answer(result);
    clock.advance(60_000);
  }
  await settled();
  expect(deadLetters.letters).toMatchObject([{ reason: 'throttled', tries: 0, status: 429 }]);
});
