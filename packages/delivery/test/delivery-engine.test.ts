import { describe, expect, test } from 'vitest';

import { broken, harness, RecordingLease, responded, settled } from './support/harness.ts';
import { record, route } from './support/route.ts';

describe('a record on its way', () => {
  test('is acknowledged only when its audit event is durable', async () => {
    const { engine, gateway, audit, lease } = harness();
    audit.held = [];
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(200));
    expect(audit.types).toEqual(['request.completed']);
    expect(lease.acknowledged).toEqual([]);
    audit.held[0]?.();
    await settled();
    expect(lease.acknowledged).toEqual([0]);
  });

  test('carries idempotency key and trace, the same at each try', async () => {
    const { engine, gateway, clock, lease } = harness();
    const traceparent = `00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`;
    engine.accept([record({ headers: { traceparent } })], lease);
    await gateway.open[0]?.answer(broken());
    clock.advance(60_000);
    const [first, second] = gateway.made;
    expect(first?.context.traceId).toBe('b'.repeat(32));
    expect(second?.context.traceId).toBe('b'.repeat(32));
    expect(second?.context.idempotencyKey).toBe(first?.context.idempotencyKey);
    expect(second?.context.requestId).not.toBe(first?.context.requestId);
    expect(second?.request.headers).toContain(first?.context.idempotencyKey);
  });

  test('has one audit event and one live event for each call', async () => {
    const { engine, gateway, clock, audit, events, lease } = harness();
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(503));
    clock.advance(60_000);
    await gateway.open[0]?.answer(responded(200));
    expect(audit.types).toEqual(['request.failed', 'request.completed']);
    expect(events.map(({ eventType }) => eventType)).toEqual([
      'network.request.completed',
      'network.request.completed',
    ]);
    expect(lease.acknowledged).toEqual([0]);
  });
});

describe('order', () => {
  test('records of one key are called one at a time and in order', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0 }), record({ offset: 1 })], lease);
    expect(gateway.open).toHaveLength(1);
    await gateway.open[0]?.answer(responded(200));
    expect(gateway.made.map(({ context }) => context.source.offset)).toEqual([0, 1]);
  });

  test('other keys go on while one waits', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0, key: 'a' })], lease);
    await gateway.open[0]?.answer(responded(503));
    engine.accept([record({ offset: 1, key: 'a' }), record({ offset: 2, key: 'b' })], lease);
    expect(gateway.open.map(({ call }) => call.context.source.offset)).toEqual([2]);
  });

  test('a null key keeps no order', () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0, key: null }), record({ offset: 1, key: null })], lease);
    expect(gateway.open).toHaveLength(2);
  });

  test('order: partition holds a whole partition to one at a time', () => {
    const { engine, gateway, lease } = harness({ routes: [route({ order: 'partition' })] });
    const other = new RecordingLease(1);
    engine.accept([record({ offset: 0, key: 'a' }), record({ offset: 1, key: 'b' })], lease);
    engine.accept([record({ offset: 0, key: 'c' })], other);
    expect(gateway.open).toHaveLength(2);
  });
});

describe('parking', () => {
  test('a refused record goes to the dead letters, then its audit event says where', async () => {
    const { engine, gateway, audit, deadLetters, lease } = harness();
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(422));
    expect(deadLetters.letters).toMatchObject([{ reason: 'rejected', status: 422, tries: 1 }]);
    expect(audit.types).toEqual(['request.failed', 'request.quarantined']);
    expect(lease.acknowledged).toEqual([0]);
  });

  test('a dead letter that cannot be written holds the offset until it can', async () => {
    const { engine, gateway, clock, deadLetters, metrics, lease } = harness();
    deadLetters.failures = 2;
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(422));
    expect(lease.acknowledged).toEqual([]);
    clock.advance(1000);
    await settled();
    // Each wait is twice as long as the one before, to 5 s.
    clock.advance(2000);
    await settled();
    expect(metrics.total('dead_letter_write_errors_total')).toBe(2);
    expect(lease.acknowledged).toEqual([0]);
  });

  test('spent tries past retry_for_ms end exhausted', async () => {
    const { engine, gateway, clock, deadLetters, lease } = harness();
    engine.accept([record()], lease);
    for (let tries = 0; tries < 3; tries += 1) {
      await gateway.open[0]?.answer(responded(503));
      clock.advance(60_000);
    }
    expect(deadLetters.letters).toMatchObject([{ reason: 'exhausted', tries: 3, status: 503 }]);
    expect(lease.acknowledged).toEqual([0]);
  });

  test.each([
    { name: 'no route matches', sent: record({ topic: 'other' }), reason: 'no_route' },
    { name: 'a null value', sent: record({ value: null }), reason: 'malformed' },
    { name: 'an empty value', sent: record({ value: '' }), reason: 'malformed' },
    {
      name: 'a body over its bound',
      sent: record({ value: 'x'.repeat(1025) }),
      reason: 'too_large',
    },
  ])('$name parks without a call, and the partition moves on', async ({ sent, reason }) => {
    const { engine, gateway, audit, deadLetters, lease } = harness();
    engine.accept([sent, record({ offset: 1, key: 'next' })], lease);
    await settled();
    expect(deadLetters.letters).toMatchObject([{ reason }]);
    expect(audit.types).toEqual(['request.quarantined']);
    expect(lease.acknowledged).toEqual([0]);
    expect(gateway.open).toHaveLength(1);
  });

  test('gives no reservation back twice and keeps none', async () => {
    const { engine, gateway, audit, lease } = harness({
      routes: [route(), route({ name: 'none', topics: ['ignored'], action: 'skip' })],
    });
    engine.accept([record({ topic: 'ignored' }), record({ offset: 1, value: null })], lease);
    engine.accept([record({ offset: 2 })], lease);
    await settled();
    await gateway.open[0]?.answer(responded(422));
    await settled();
    expect(audit.reserved).toBe(0);
    expect(new Set(lease.acknowledged)).toEqual(new Set([0, 1, 2]));
  });
});

describe('backpressure', () => {
  test('a partition pauses when as many stand ready as may be in flight, and resumes below', async () => {
    const { engine, gateway, lease } = harness({ recordsInFlight: 4 });
    gateway.inFlightMax = 1;
    engine.accept(
      Array.from({ length: 6 }, (_, offset) => record({ offset, key: `${offset}` })),
      lease,
    );
    expect(lease.paused).toBe(true);
    while (gateway.open.length > 0 && lease.paused) await gateway.open[0]?.answer(responded(200));
    expect(lease.paused).toBe(false);
  });

  test('records in flight never pass their bound', () => {
    const { engine, gateway, lease } = harness({ recordsInFlight: 4 });
    engine.accept(
      Array.from({ length: 9 }, (_, offset) => record({ offset, key: `${offset}` })),
      lease,
    );
    expect(gateway.open).toHaveLength(4);
    expect(engine.status().recordsInFlight).toBe(4);
  });

  test('the backlog of a dead upstream does not hold up one that is well', async () => {
    const { engine, gateway, lease } = harness({
      recordsInFlight: 4,
      waitingBytesMax: 10_000,
      routes: [route(), route({ name: 'dead', topics: ['dead-ones'], upstream: 'dead' })],
    });
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: undefined };
    gateway.isDead = (upstream) => upstream === 'dead';
    gateway.inFlightMax = 1;
    const keys = Array.from({ length: 14 }, (_, offset) => `${offset}`);
    engine.accept(
      keys.map((key, offset) => record({ offset, key, topic: 'dead-ones' })),
      lease,
    );
    const { waitingBytes } = engine.status();
    expect(waitingBytes).toBeGreaterThan(5000);
    expect(waitingBytes).toBeLessThan(10_000);
    engine.accept(
      keys.slice(0, 4).map((key, index) => record({ offset: 14 + index, key: `well-${key}` })),
      lease,
    );
    expect(lease.paused).toBe(true);
    for (let call = 0; call < 4; call += 1) await gateway.open[0]?.answer(responded(200));
    expect(engine.status().delivered).toBe(4);
    expect(lease.paused).toBe(false);
  });

  test('the backlog of a slow upstream does not hold up one that is well', async () => {
    const { engine, gateway, clock, lease } = harness({
      recordsInFlight: 4,
      routes: [route(), route({ name: 'slow', topics: ['slow-ones'], upstream: 'dead' })],
    });
    gateway.waiting = { kind: 'waiting', reason: 'bulkhead_full', retryAfterMs: undefined };
    gateway.isDead = (upstream) => upstream === 'dead';
    const slow = Array.from({ length: 10 }, (_, offset) =>
      record({ offset, key: `${offset}`, topic: 'slow-ones' }),
    );
    engine.accept([record({ offset: 10, key: 'a' }), record({ offset: 11, key: 'b' })], lease);
    engine.accept(slow, lease);
    expect(lease.paused).toBe(true);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.paused).toBe(true);
    // By now it is known how fast each of them takes records.
    clock.advance(600);
    await gateway.open[0]?.answer(responded(200));
    expect(lease.paused).toBe(false);
  });

  test('an open circuit makes records wait, parks none and spends no try', async () => {
    const { engine, gateway, deadLetters, lease } = harness();
    gateway.waiting = { kind: 'waiting', reason: 'circuit_open', retryAfterMs: 1000 };
    engine.accept([record({ offset: 0 }), record({ offset: 1, key: 'b' })], lease);
    expect(gateway.made).toHaveLength(0);
    await gateway.available();
    expect(gateway.made).toHaveLength(2);
    expect(deadLetters.letters).toHaveLength(0);
  });

  test('a full spool starts no call, and calls go on within a second of room', async () => {
    const { engine, gateway, audit, clock, lease } = harness();
    audit.hasRoom = false;
    engine.accept([record()], lease);
    expect(gateway.made).toHaveLength(0);
    audit.hasRoom = true;
    clock.advance(1000);
    await settled();
    expect(gateway.made).toHaveLength(1);
  });
});

describe('drain', () => {
  test('what has not begun is forgotten, what is in flight lands', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ offset: 0 }), record({ offset: 1 })], lease);
    const drained = engine.drain([lease], 5000);
    await gateway.open[0]?.answer(responded(200));
    await drained;
    expect(lease.acknowledged).toEqual([0]);
    expect(gateway.made).toHaveLength(1);
    expect(engine.status()).toMatchObject({
      recordsInFlight: 0,
      recordsWaiting: 0,
      waitingBytes: 0,
    });
  });

  test('past its budget what is left is aborted and stays unsettled', async () => {
    const { engine, clock, audit, lease } = harness();
    engine.accept([record()], lease);
    const drained = engine.drain([lease], 5000);
    clock.advance(5000);
    await drained;
    expect(lease.acknowledged).toEqual([]);
    expect(audit.types).toEqual(['request.failed']);
  });

  test('an audit event that is never taken does not hold the drain', async () => {
    const { engine, gateway, clock, audit, lease } = harness();
    audit.append = () => new Promise<void>(() => undefined);
    engine.accept([record()], lease);
    const drained = engine.drain([lease], 5000);
    await gateway.open[0]?.answer(responded(200));
    clock.advance(6000);
    await drained;
    expect(lease.acknowledged).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('ends for all who wait for it, as soon as what is in flight has landed', async () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record()], lease);
    const sought = engine.drain([lease], 5000);
    const revoked = engine.drain([lease], 5000);
    await gateway.open[0]?.answer(responded(200));
    await sought;
    await revoked;
    expect(lease.acknowledged).toEqual([0]);
  });

  test('a record in backoff does not hold the drain', async () => {
    const { engine, gateway, clock, lease } = harness();
    engine.accept([record()], lease);
    await gateway.open[0]?.answer(responded(503));
    await engine.drain([lease], 5000);
    clock.advance(60_000);
    await settled();
    expect(gateway.made).toHaveLength(1);
  });

  test('other leases go on', async () => {
    const { engine, gateway, lease } = harness();
    const other = new RecordingLease(1);
    engine.accept([record({ offset: 0 })], lease);
    engine.accept([record({ offset: 5 })], other);
    const drained = engine.drain([lease], 5000);
    for (const open of gateway.open.slice()) await open.answer(responded(200));
    await drained;
    engine.accept([record({ offset: 6 })], other);
    await gateway.open[0]?.answer(responded(200));
    expect(other.acknowledged).toEqual([5, 6]);
  });
});
