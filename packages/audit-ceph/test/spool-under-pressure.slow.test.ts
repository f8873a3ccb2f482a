import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { type AuditEvent, type ObjectToPut, StorageError } from '@netscope/domain';
import { MemoryObjectStore, sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../src/index.ts';
import { openSink, TestDirectory, until } from './sink-fixture.ts';
import { flawIn, storedLines } from './trail.ts';

const KIB = 1024;
/** Threads of its own start slowly on a busy machine. */
const PATIENCE_MS = 30_000;
const down = new StorageError('STORAGE_UNAVAILABLE', 'down', {
  kind: 'transient',
  details: { reason: 'unreachable' },
});

/** A directory that takes nothing while it is shut. */
class GatedStore extends DirectoryObjectStore {
  isShut = true;

  override async put(object: ObjectToPut, signal: AbortSignal): Promise<void> {
    if (this.isShut) throw down;
    await super.put(object, signal);
  }
}

describe('a sink whose store is down', { timeout: PATIENCE_MS }, () => {
  it('starts, keeps every event, says why it is degraded, and ships all when it is back', async () => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = down;
    const { sink, bus, metrics } = await openSink({ dataDir: directory.path, store });
    for (let index = 0; index < 3; index += 1) {
      await sink.append({ kind: 'call', call: sampleCall({ offset: index }) });
      sink.seal();
    }
    await until(
      () => sink.status().segmentsPending === 3 && metrics.total('audit_write_errors_total') > 0,
    );
    expect(sink.status()).toMatchObject({
      state: 'degraded',
      reason: 'store: unreachable',
      backlogEvents: 3,
      lastError: { code: 'STORAGE_UNAVAILABLE' },
    });
    store.failure = undefined;
    await until(() => sink.status().backlogEvents === 0);
    expect(sink.status()).toMatchObject({ state: 'up', objectsShipped: 3, segmentsPending: 0 });
    expect(bus.published.map((event) => 'state' in event && event.state)).toEqual([
      'degraded',
      'up',
    ]);
    expect(metrics.counts.get('audit_writes_total{}')).toBe(3);
    await sink.close(1000);
  });

  it('leaves what it could not ship to its next life', async () => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = down;
    const first = await openSink({ dataDir: directory.path, store });
    await first.sink.append({ kind: 'call', call: sampleCall() });
    await first.sink.close(200);
    const second = await openSink({ dataDir: directory.path });
    expect(second.sink.previousEpoch).toBe('clean');
    await second.sink.close(10_000);
    expect(second.sink.status()).toMatchObject({ backlogEvents: 0, objectsShipped: 1 });
    expect(storedLines(join(directory.path, 'audit'))).toHaveLength(1);
  });

  it('pauses when the spool is full, keeps what was admitted, and resumes by itself', async () => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = down;
    const { sink } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax: 400 * KIB, onFull: 'pause', syncMs: 1 },
      segment: { bytesMax: 32 * KIB, ageMaxMs: 50, zstdLevel: 1 },
    });
    let admitted = 0;
    while (sink.reserve()) {
      await sink.append({ kind: 'call', call: bulky() });
      admitted += 1;
    }
    expect(sink.status()).toMatchObject({ state: 'degraded', lastSeq: admitted, dropped: {} });
    expect(sink.status().spoolBytes).toBeLessThanOrEqual(400 * KIB);
    store.failure = undefined;
    await until(() => sink.reserve());
    sink.release();
    await sink.close(10_000);
    expect(sink.status()).toMatchObject({ backlogEvents: 0, reservedBytes: 0 });
  });

  it('takes of operators and circuits what has room, and no more, however often they come', async () => {
    using directory = new TestDirectory();
    const path = join(directory.path, 'audit');
    const store = new GatedStore(path);
    const { sink } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax: 400 * KIB, onFull: 'pause', syncMs: 1 },
      segment: { bytesMax: 32 * KIB, ageMaxMs: 50, zstdLevel: 1 },
    });
    while (sink.reserve()) await sink.append({ kind: 'call', call: bulky() });
    const asked = Array.from({ length: 1200 }, () => sink.append(operatorAction()));
    const answers = await Promise.allSettled(asked);
    const refused = answers.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(1000);
    expect(refused[0]).toMatchObject({ reason: { code: 'AUDIT_SPOOL_FULL' } });
    await until(() => sink.status().troubles.store !== undefined);
    // What is compressed meanwhile gives room again.
    while (sink.status().dropped['spool_full'] !== 100) await sink.append(circuitChange());
    expect(sink.status().spoolBytes).toBeLessThanOrEqual(400 * KIB);
    expect(sink.status().troubles).toEqual({
      spool: 'the spool is full',
      store: 'store: unreachable',
    });
    store.isShut = false;
    await until(() => sink.status().state === 'up' && sink.status().backlogEvents < 2);
    await sink.append(operatorAction());
    await sink.close(10_000);
    const lines = storedLines(path).toSorted((a, b) => a.seq - b.seq);
    expect(lines.filter(({ text }) => text.includes('"operator.action"'))).toHaveLength(
      1201 - refused.length,
    );
    const gaps = lines.filter(({ text }) => text.includes('"audit.gap"'));
    const told = gaps.map(({ text }): number => JSON.parse(text).facts.events);
    expect(told.reduce((sum, events) => sum + events, 0)).toBe(100);
    expect(flawIn(lines)).toBeUndefined();
  });

  it('counts to the unit what it drops when it was told to drop', async () => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = down;
    const { sink, metrics } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax: 300 * KIB, onFull: 'drop', syncMs: 1 },
      segment: { bytesMax: 32 * KIB, ageMaxMs: 50, zstdLevel: 1 },
    });
    for (let index = 0; index < 100; index += 1) {
      expect(sink.reserve()).toBe(true);
      await sink.append({ kind: 'call', call: bulky() });
    }
    const { lastSeq, dropped, reservedBytes } = sink.status();
    expect(dropped['spool_full']).toBeGreaterThan(0);
    expect(lastSeq + (dropped['spool_full'] ?? 0)).toBe(100);
    expect(metrics.total('audit_events_dropped_total')).toBe(dropped['spool_full']);
    expect(reservedBytes).toBe(0);
    expect(sink.status().state).toBe('degraded');
    await sink.close(100);
  });

  it('tells of what it dropped as soon as there is room, first of all and to the unit', async () => {
    using directory = new TestDirectory();
    const path = join(directory.path, 'audit');
    const store = new GatedStore(path);
    const { sink } = await openSink({
      dataDir: directory.path,
      store,
      spool: { bytesMax: 300 * KIB, onFull: 'drop', syncMs: 1 },
      segment: { bytesMax: 32 * KIB, ageMaxMs: 50, zstdLevel: 1 },
    });
    for (let index = 0; index < 100; index += 1) {
      sink.reserve();
      await sink.append({ kind: 'call', call: bulky() });
    }
    const dropped = sink.status().dropped['spool_full'] ?? 0;
    store.isShut = false;
    await until(() => sink.status().lastSeq > 100 - dropped);
    await sink.append({ kind: 'call', call: sampleCall({ requestId: 'after' }) });
    // The store is up again with the end of its first object, which may be later than there is room.
    await until(() => sink.status().state === 'up');
    await sink.close(10_000);
    const lines = storedLines(path).toSorted((a, b) => a.seq - b.seq);
    const gap: unknown = JSON.parse(lines.at(-2)?.text ?? '');
    expect(gap).toMatchObject({
      event_type: 'audit.gap',
      facts: { events: dropped, spool_full: dropped },
    });
    expect(lines.at(-1)?.requestId).toBe('after');
    expect(flawIn(lines)).toBeUndefined();
  });

  it('tells of what it dropped at its end where no room came', async () => {
    using directory = new TestDirectory();
    const store = new MemoryObjectStore();
    store.failure = down;
    const spool = { bytesMax: 300 * KIB, onFull: 'drop', syncMs: 1 } as const;
    const { sink } = await openSink({ dataDir: directory.path, store, spool });
    for (let index = 0; index < 100; index += 1) {
      await sink.append({ kind: 'call', call: bulky() });
    }
    const dropped = sink.status().dropped['spool_full'] ?? 0;
    await sink.close(500);
    const next = await openSink({ dataDir: directory.path });
    await next.sink.close(10_000);
    const lines = storedLines(join(directory.path, 'audit'));
    const gaps = lines.filter((line) => line.text.includes('"event_type":"audit.gap"'));
    expect(gaps.map((line) => JSON.parse(line.text).facts.events)).toEqual([dropped]);
    expect(lines.length - 1 + dropped).toBe(100);
  });
});

describe('SpooledAuditSink', { timeout: PATIENCE_MS }, () => {
  it('takes a burst of more than its ring holds, in order and once', async () => {
    using directory = new TestDirectory();
    const { sink } = await openSink({ dataDir: directory.path });
    const appended = Array.from({ length: 12_000 }, (_, index) =>
      sink.append({ kind: 'call', call: sampleCall({ requestId: String(index) }) }),
    );
    await Promise.all(appended);
    await sink.close(20_000);
    const lines = storedLines(join(directory.path, 'audit'));
    expect(lines.map((line) => line.requestId)).toEqual(appended.map((_, index) => String(index)));
    expect(flawIn(lines)).toBeUndefined();
  });

  it('takes nothing once it is closed', async () => {
    using directory = new TestDirectory();
    const { sink } = await openSink({ dataDir: directory.path });
    await sink.close(1000);
    await sink.close(1000);
    expect(sink.reserve()).toBe(false);
    await expect(sink.append({ kind: 'call', call: sampleCall() })).rejects.toMatchObject({
      code: 'AUDIT_SPOOL_FAILED',
    });
  });

  it('refuses an event that cannot be written, and goes on', async () => {
    using directory = new TestDirectory();
    const { sink } = await openSink({ dataDir: directory.path });
    const call = sampleCall();
    const large = { ...call, context: { ...call.context, idempotencyKey: 'k'.repeat(2_000_000) } };
    const wrong = { ...call, backpressureMs: Number.NaN };
    const code = 'AUDIT_SPOOL_FAILED';
    await expect(sink.append({ kind: 'call', call: large })).rejects.toMatchObject({ code });
    await expect(sink.append({ kind: 'call', call: wrong })).rejects.toMatchObject({ code });
    await sink.append({ kind: 'call', call });
    expect(sink.status().lastSeq).toBe(1);
    await sink.close(1000);
  });
});

/** 8 KB that hardly compress. */
function bulky(): ReturnType<typeof sampleCall> {
  const call = sampleCall();
  const idempotencyKey = randomBytes(6000).toString('base64');
  return { ...call, context: { ...call.context, idempotencyKey } };
}

const said = {
  timestampMs: 0,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  severity: 'INFO',
} as const;

function operatorAction(): AuditEvent {
  const facts = { target: 'upstream', name: 'partner', action: 'isolate', reason: 'r'.repeat(300) };
  return { kind: 'process', eventType: 'operator.action', facts, ...said };
}

function circuitChange(): AuditEvent {
  return {
    kind: 'circuit',
    upstream: 'partner',
    from: 'closed',
    to: 'open',
    reason: 'failures',
    ...said,
  };
}
