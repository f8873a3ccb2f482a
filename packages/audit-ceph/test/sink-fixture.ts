import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock, TimerHandle, Timers } from '@netscope/domain';
import {
  DirectEventBus,
  RecordingLog,
  RecordingMetrics,
  SeededRandom,
} from '@netscope/test-support';

import {
  DirectoryObjectStore,
  SpooledAuditSink,
  type SpooledAuditSinkOptions,
} from '../src/index.ts';

/** The real clock and timers: a sink has threads, and a thread knows no other time. */
export class RealTime implements Clock, Timers {
  readonly #timers = new Map<TimerHandle, NodeJS.Timeout>();

  wallMs(): number {
    return Date.now();
  }

  monotonicMs(): number {
    return performance.now();
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const handle: TimerHandle = {};
    this.#timers.set(handle, setTimeout(callback, delayMs));
    return handle;
  }

  background(callback: () => void, delayMs: number): TimerHandle {
    const handle = this.set(callback, delayMs);
    this.#timers.get(handle)?.unref();
    return handle;
  }

  clear(handle: TimerHandle): void {
    clearTimeout(this.#timers.get(handle));
    this.#timers.delete(handle);
  }
}

/** A directory of its own for one test, gone after it. */
export class TestDirectory implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'netscope-audit-'));

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

export interface SinkFixture {
  readonly sink: SpooledAuditSink;
  readonly metrics: RecordingMetrics;
  readonly bus: DirectEventBus;
  readonly log: RecordingLog;
}

type Overrides = Partial<SpooledAuditSinkOptions> & { readonly dataDir: string };

/** Opens a sink in `dataDir`, by default on a directory store beside its spool. */
export async function openSink(overrides: Overrides): Promise<SinkFixture> {
  const time = new RealTime();
  const metrics = new RecordingMetrics();
  const bus = new DirectEventBus();
  const log = new RecordingLog();
  const sink = await SpooledAuditSink.open({
    node: 'netscope-0',
    instanceId: 'here',
    service: 'netscope',
    spool: { bytesMax: 16 * 1024 * 1024, onFull: 'pause', syncMs: 5 },
    excerptsBytesMax: 0,
    segment: { bytesMax: 8 * 1024 * 1024, ageMaxMs: 30_000, zstdLevel: 1 },
    digest: { intervalMs: 300_000, signingKeyFile: undefined },
    encryption: { keyFiles: [], fields: [] },
    store: new DirectoryObjectStore(join(overrides.dataDir, 'audit')),
    storeKind: 'directory',
    clock: time,
    timers: time,
    random: new SeededRandom(process.hrtime()[1]),
    metrics,
    bus,
    log,
    traceId: '0af7651916cd43dd8448eb211c80319c',
    ...overrides,
  });
  return { sink, metrics, bus, log };
}

/** Waits until something holds, at most 10 s. */
export async function until(holds: () => boolean): Promise<void> {
  const endAtMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endAtMs) throw new Error('it did not come to hold within 10 s');
    await sleep(5);
  }
}
