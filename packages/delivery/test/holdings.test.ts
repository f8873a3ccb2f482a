import { describe, expect, test } from 'vitest';

import { harness, responded, settled } from './support/harness.ts';
import { record } from './support/route.ts';

describe('what the engine holds of a partition', () => {
  test('names the lowest offset that is not settled, whatever ended above it', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept(
      [0, 1, 2].map((offset) => record({ offset, key: `key ${offset}` })),
      lease,
    );
    await gateway.open[2]?.answer(responded(200));
    await gateway.open[0]?.answer(responded(200));
    expect(engine.holdings('orders', lease.partition)).toMatchObject({
      inFlight: 1,
      waiting: 0,
      lowest: { offset: 1, stage: 'called', upstream: 'partner', tries: 0 },
    });
    await gateway.open[0]?.answer(responded(200));
    expect(engine.holdings('orders', lease.partition)).toEqual({
      inFlight: 0,
      waiting: 0,
      lowest: undefined,
    });
  });

  test('tells a record that was tried by the time until its next call', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 4 })], lease);
    await gateway.open[0]?.answer(responded(503));
    await settled();
    const { lowest } = engine.holdings('orders', lease.partition);
    expect(lowest).toMatchObject({ offset: 4, stage: 'backoff', tries: 1 });
    expect(lowest?.retryInMs).toBeGreaterThan(0);
  });

  test('says what an upstream waits for', () => {
    const { engine, gateway, lease } = harness();
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: 1000 };
    engine.accept([record({ offset: 0 })], lease);
    expect(engine.holdings('orders', lease.partition).lowest).toMatchObject({
      stage: 'ready',
      reason: 'circuit_open',
    });
  });

  test('says that the audit spool is full, for as long as it is', () => {
    const { audit, clock, engine, lease } = harness();
    audit.hasRoom = false;
    engine.accept([record({ offset: 0 })], lease);
    expect(engine.holdings('orders', lease.partition).lowest).toMatchObject({
      stage: 'ready',
      reason: 'audit_spool_full',
    });
    audit.hasRoom = true;
    clock.advance(250);
    expect(engine.holdings('orders', lease.partition).lowest).toMatchObject({ stage: 'called' });
  });

  test('is nothing for a partition that it does not have, or no longer', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0 })], lease);
    expect(engine.holdings('orders', lease.partition + 1).lowest).toBeUndefined();
    const drained = engine.drain([lease], 5000);
    await gateway.open[0]?.answer(responded(200));
    await drained;
    const gone = { waiting: 0, inFlight: 0, lowest: undefined };
    expect(engine.holdings('orders', lease.partition)).toEqual(gone);
  });

  test('tells what a partition that drains still waits for', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0 }), record({ offset: 1 })], lease);
    const drained = engine.drain([lease], 5000);
    expect(engine.holdings('orders', lease.partition)).toMatchObject({
      waiting: 0,
      inFlight: 1,
      lowest: { offset: 0, stage: 'called' },
    });
    await gateway.open[0]?.answer(responded(200));
    await drained;
  });
});
