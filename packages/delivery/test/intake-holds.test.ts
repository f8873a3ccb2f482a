import { describe, expect, test } from 'vitest';

import { harness, RecordingLease, responded, settled } from './support/harness.ts';
import { record, route } from './support/route.ts';

const ROUTES = [
  route({ topics: ['orders'] }),
  route({ name: 'other-send', group: 'other', topics: ['other'] }),
];

function order(action: 'pause' | 'resume', target: 'topic' | 'route', name: string) {
  return { target, name, action, reason: 'maintenance' };
}

describe('a topic that an operator paused', () => {
  test('is read no further, and what was taken over is not called', async () => {
    const { engine, gateway, lease } = harness({ routes: ROUTES });
    engine.accept([record({ offset: 0 })], lease);
    expect(engine.control(order('pause', 'topic', 'orders'))).toEqual({
      kind: 'done',
      state: 'paused',
      changed: true,
    });
    expect(lease.paused).toBe(true);
    engine.accept([record({ offset: 1, key: 'a' }), record({ offset: 2, key: 'a' })], lease);
    expect(gateway.made).toHaveLength(1);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.acknowledged).toEqual([0]);
    expect(engine.status()).toMatchObject({ recordsHeld: 1, recordsWaiting: 2 });
  });

  test('goes on where it was, in order', async () => {
    const { engine, gateway, lease } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    const offsets = [0, 1, 2, 3];
    engine.accept(
      offsets.map((offset) => record({ offset, key: 'same' })),
      lease,
    );
    expect(gateway.made).toHaveLength(0);
    engine.control(order('resume', 'topic', 'orders'));
    expect(lease.paused).toBe(false);
    for (let call = 0; call < 4; call += 1) await gateway.open[0]?.answer(responded(200));
    expect(gateway.made.map(({ context }) => context.source.offset)).toEqual(offsets);
    expect(engine.status()).toMatchObject({ recordsHeld: 0, recordsWaiting: 0, delivered: 4 });
  });

  test('keeps the newest reason and the first time where it is paused again', () => {
    const { clock, engine } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    const [hold] = engine.holds;
    clock.advance(1000);
    const again = { ...order('pause', 'topic', 'orders'), reason: 'another' };
    expect(engine.control(again)).toMatchObject({ changed: false });
    expect(engine.holds).toEqual([{ ...hold, reason: 'another' }]);
  });

  test('leaves the others alone', async () => {
    const { engine, gateway } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    engine.accept([record({ topic: 'other' })], new RecordingLease(1));
    expect(gateway.made).toHaveLength(1);
  });

  test('holds a partition that is assigned meanwhile', () => {
    const { engine, gateway } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    const late = new RecordingLease(3);
    engine.accept([record()], late);
    expect(late.paused).toBe(true);
    expect(gateway.made).toHaveLength(0);
    engine.control(order('resume', 'topic', 'orders'));
    expect(late.paused).toBe(false);
    expect(gateway.made).toHaveLength(1);
  });

  test('stays held while backpressure comes and goes', async () => {
    const { engine, gateway, lease } = harness({ routes: ROUTES, recordsInFlight: 4 });
    gateway.inFlightMax = 1;
    engine.accept(
      [0, 1, 2, 3, 4].map((offset) => record({ offset, key: null })),
      lease,
    );
    expect(lease.paused).toBe(true);
    engine.control(order('pause', 'topic', 'orders'));
    for (let call = 0; call < 5; call += 1) await gateway.open[0]?.answer(responded(200));
    expect(lease.paused).toBe(true);
    engine.control(order('resume', 'topic', 'orders'));
    expect(lease.paused).toBe(false);
  });

  test('forgets what a revoked partition had waiting', async () => {
    const { engine, gateway, lease } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    engine.accept([record()], lease);
    await engine.drain([lease], 1000);
    expect(engine.status()).toMatchObject({ recordsHeld: 0, recordsWaiting: 0 });
    engine.control(order('resume', 'topic', 'orders'));
    expect(gateway.made).toHaveLength(0);
  });

  test('that nobody configured is unknown, and the known ones are named', () => {
    const { engine } = harness({ routes: ROUTES });
    expect(engine.control(order('pause', 'topic', 'ordres'))).toEqual({
      kind: 'unknown',
      known: ['orders', 'other'],
    });
  });

  test('paused twice is paused once', () => {
    const { engine } = harness({ routes: ROUTES });
    engine.control(order('pause', 'topic', 'orders'));
    expect(engine.control(order('pause', 'topic', 'orders'))).toMatchObject({ changed: false });
    expect(engine.holds).toHaveLength(1);
  });
});

describe('a route that parks too many', () => {
  const policy = { parkGuard: { ratio: 0.5, minimum: 4, windowMs: 60_000 } };

  async function rejected(count: number) {
    const world = harness({ routes: ROUTES, policy });
    world.gateway.inFlightMax = 1;
    const records = Array.from({ length: count }, (_, offset) => record({ offset, key: null }));
    world.engine.accept(records, world.lease);
    for (let call = 0; call < count; call += 1) {
      await world.gateway.open[0]?.answer(responded(404));
      await settled();
    }
    return world;
  }

  test('is paused by its guard: the topic is not emptied into the dead letters', async () => {
    const { engine, deadLetters, lease, events, metrics } = await rejected(20);
    expect(deadLetters.letters.length).toBeGreaterThanOrEqual(4);
    expect(deadLetters.letters.length).toBeLessThanOrEqual(5);
    expect(lease.acknowledged).toHaveLength(deadLetters.letters.length);
    expect(engine.holds).toMatchObject([
      { target: 'route', name: 'partner-send', by: 'park_guard' },
    ]);
    expect(events.at(-1)).toMatchObject({
      eventType: 'system.intake.changed',
      severity: 'ERROR',
      target: 'route',
      name: 'partner-send',
      by: 'park_guard',
      reason: '4 of 4 records parked within 60 s, more than park_guard.ratio 0.5 allows',
    });
    expect(metrics.counts.get('park_guard_pauses_total{route_group=partner}')).toBe(1);
  });

  test('is paused while the disk is still to take what its calls came to', async () => {
    const { engine, gateway, audit, lease, deadLetters } = harness({ routes: ROUTES, policy });
    audit.held = [];
    gateway.inFlightMax = 1;
    const records = Array.from({ length: 20 }, (_, offset) => record({ offset, key: null }));
    engine.accept(records, lease);
    for (let call = 0; call < 20; call += 1) await gateway.open[0]?.answer(responded(404));
    expect(gateway.made).toHaveLength(4);
    expect(engine.holds).toMatchObject([{ name: 'partner-send', by: 'park_guard' }]);
    expect(deadLetters.letters).toEqual([]);
  });

  test('holds records that cannot become a request too', async () => {
    const world = harness({
      routes: [route({ request: { ...route().request, path: '/v1/{value.id}' } })],
      policy,
    });
    const records = Array.from({ length: 20 }, (_, offset) =>
      record({ offset, key: null, value: '{}' }),
    );
    for (const one of records) {
      world.engine.accept([one], world.lease);
      await settled();
    }
    expect(world.deadLetters.letters).toHaveLength(4);
    expect(world.engine.status().recordsHeld).toBe(16);
  });

  test('leaves other routes alone', async () => {
    const { engine, gateway } = await rejected(20);
    engine.accept([record({ topic: 'other' })], new RecordingLease(1));
    expect(gateway.open).toHaveLength(1);
  });

  test('goes on when an operator says so, and is judged anew', async () => {
    const { engine, gateway, deadLetters } = await rejected(20);
    const before = deadLetters.letters.length;
    expect(engine.control(order('resume', 'route', 'partner-send'))).toMatchObject({
      state: 'running',
      changed: true,
    });
    expect(engine.holds).toEqual([]);
    await gateway.open[0]?.answer(responded(404));
    expect(deadLetters.letters).toHaveLength(before + 1);
    expect(engine.holds).toEqual([]);
    for (let call = 0; call < 10; call += 1) await gateway.open[0]?.answer(responded(200));
    expect(engine.status().delivered).toBeGreaterThan(9);
  });
});
