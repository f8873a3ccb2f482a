import process from 'node:process';

import type { ApiServer } from '@netscope/api-server';
import type { SpooledAuditSink } from '@netscope/audit-ceph';
import type { DeliveryEngine } from '@netscope/delivery';
import { doneBefore, doneWithin } from '@netscope/domain';

import type { Ingest } from './build-source.ts';
import type { Foundation } from './foundation.ts';
import type { ProcessAudit } from './process-audit.ts';
import type { Phase } from './readiness.ts';
import { VERSION } from './version.ts';

/** What is left for the spool where the source took the whole drain. */
const SPOOL_DRAIN_LEAST_MS = 1000;

/** A group commit takes some 5 ms: what is not durable by then finds no room. */
const NOTE_LEAST_MS = 500;

export interface AppParts {
  readonly foundation: Foundation;
  readonly engine: DeliveryEngine;
  readonly ingest: Ingest;
  readonly sink: SpooledAuditSink;
  readonly processAudit: ProcessAudit;
  readonly api: (phase: () => Phase) => Promise<ApiServer>;
  readonly drainMs: number;
  readonly configSha256: string;
}

/** What a run came to. */
export interface RunSummary {
  readonly delivered: number;
  readonly parked: number;
  readonly skipped: number;
  /** Audit events in the store when it ended, and those that wait for the next start. */
  readonly stored: number;
  readonly spooled: number;
}

/** The whole gateway, built and not yet running. */
export class App implements AsyncDisposable {
  readonly #parts: AppParts;
  readonly #owned: AsyncDisposableStack;
  #phase: Phase = 'starting';
  #drainDeadlineMs = Infinity;

  constructor(parts: AppParts, owned: AsyncDisposableStack) {
    this.#parts = parts;
    this.#owned = owned;
  }

  get ingest(): Ingest {
    return this.#parts.ingest;
  }

  /** Binds the ports, and answers with the one that REST, live feed and page are on. */
  async listen(): Promise<number> {
    const api = await this.#parts.api(() => this.#phase);
    this.#owned.defer(() => api.close());
    const { port, metricsPort } = await api.listen();
    this.#parts.foundation.log.info('http.listening', 'the API is there', {
      port,
      metrics_port: metricsPort,
    });
    return port;
  }

  /**
   * Works until `signal` aborts; resolves when drained, committed and flushed. `onConsuming` is called
   * once the source runs, which is never where the signal comes before.
   */
  async run(signal: AbortSignal, onConsuming: () => void = () => undefined): Promise<RunSummary> {
    const { ingest, engine, processAudit, sink } = this.#parts;
    const unfollow = processAudit.followCircuits();
    signal.addEventListener('abort', () => this.#beginDrain(), { once: true });
    if (signal.aborted) this.#beginDrain();
    // A spool without room holds its events back, which must not hold back the end.
    if (await doneBefore(this.#noteStart(), signal)) {
      this.#phase = 'running';
      const consuming = ingest.source.run(engine, signal);
      onConsuming();
      await consuming;
    }
    this.#beginDrain();
    unfollow();
    await this.#noteStop();
    await sink.close(this.#drainLeftMs());
    return this.#summary();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#owned.disposeAsync();
  }

  #beginDrain(): void {
    if (this.#phase === 'draining') return;
    const { foundation, drainMs } = this.#parts;
    this.#phase = 'draining';
    this.#drainDeadlineMs = foundation.clock.monotonicMs() + drainMs;
    foundation.log.info('drain.started', 'intake stops, what is in flight ends', {
      drain_ms: drainMs,
    });
  }

  #drainLeftMs(): number {
    const leftMs = this.#drainDeadlineMs - this.#parts.foundation.clock.monotonicMs();
    return Math.max(SPOOL_DRAIN_LEAST_MS, leftMs);
  }

  async #noteStart(): Promise<void> {
    const { processAudit, sink, configSha256, foundation } = this.#parts;
    await processAudit.write('system.started', {
      version: VERSION,
      pid: process.pid,
      ...hashFacts(foundation),
      ...(sink.previousEpoch === undefined ? {} : { previous_epoch: sink.previousEpoch }),
      ...(sink.damage.files === 0 ? {} : { spool_files_set_aside: sink.damage.files }),
      ...(sink.damage.events === 0 ? {} : { spool_events_missing: sink.damage.events }),
    });
    await processAudit.write('config.changed', { sha256: configSha256 });
    foundation.log.info('netscope.started', 'consuming begins', { version: VERSION });
  }

  async #noteStop(): Promise<void> {
    const { processAudit, engine, foundation } = this.#parts;
    const { delivered, parked, skipped } = engine.status();
    const written = processAudit.write('system.stopped', { delivered, parked, skipped });
    const limitMs = Math.max(NOTE_LEAST_MS, this.#drainLeftMs() - SPOOL_DRAIN_LEAST_MS);
    if (await doneWithin(written, limitMs, foundation.timers)) return;
    foundation.log.warn('audit.unwritable', 'system.stopped is not in the spool');
  }

  #summary(): RunSummary {
    const { engine, sink, foundation } = this.#parts;
    const { delivered, parked, skipped } = engine.status();
    const { backlogEvents, lastSeq } = sink.status();
    const stored = Math.max(0, lastSeq - backlogEvents);
    const summary = { delivered, parked, skipped, stored, spooled: backlogEvents };
    foundation.log.info('netscope.stopped', 'drained, committed and flushed', summary);
    return summary;
  }
}

/** What the digests in this life's events are: nothing is said of plain SHA-256. */
function hashFacts({ keyedHash }: Pick<Foundation, 'keyedHash'>): Readonly<Record<string, string>> {
  return keyedHash === undefined ? {} : { hash: 'hmac-sha256', hash_key_id: keyedHash.keyId };
}
