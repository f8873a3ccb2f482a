import { StorageError, type TimerHandle } from '@netscope/domain';

import type { AuditHealth } from '../audit-health.ts';
import type { SpooledAuditSinkOptions } from '../sink-options.ts';
import { type KnownEpochs, NodeClaim } from './node-claim.ts';
import { asStorageError, reasonOf } from './storage-failure.ts';

const TIMEOUT_MS = 10_000;
const RETRY_MS = 30_000;
/** The store tells whole seconds; events of two machines that are further apart cannot be put in order. */
const CLOCK_OFFSET_MAX_MS = 10_000;

/** Asks the store in the background what it is able to do, until it answers; then whose it is. */
export class StoreProbe {
  readonly #options: SpooledAuditSinkOptions;
  readonly #health: AuditHealth;
  readonly #claim: NodeClaim;
  #capabilities: Readonly<Record<string, boolean>> | undefined;
  #retry: TimerHandle | undefined;
  #controller: AbortController | undefined;
  #isStopped = false;

  constructor(options: SpooledAuditSinkOptions, health: AuditHealth, known: KnownEpochs) {
    this.#options = options;
    this.#health = health;
    this.#claim = new NodeClaim(options, known);
  }

  /** Absent until the store has answered. */
  get capabilities(): Readonly<Record<string, boolean>> | undefined {
    return this.#capabilities;
  }

  start(): void {
    void this.#ask();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#retry !== undefined) this.#options.timers.clear(this.#retry);
    this.#controller?.abort();
    this.#claim.stop();
  }

  async #ask(): Promise<void> {
    const { store, timers, log, storeKind } = this.#options;
    const controller = new AbortController();
    this.#controller = controller;
    const timer = timers.background(() => controller.abort(LATE), TIMEOUT_MS);
    try {
      this.#capabilities = await store.probe(controller.signal);
      this.#health.end('store');
      log.info('audit.store_probed', 'The audit store answered.', {
        store: storeKind,
        ...this.#capabilities,
      });
      this.#tellClock();
      this.#claim.start();
    } catch (error) {
      this.#onFailure(error);
    } finally {
      timers.clear(timer);
    }
  }

  /** Requests are signed by the store's time, so that nothing else would tell. */
  #tellClock(): void {
    const { store, log } = this.#options;
    const { clockOffsetMs = 0 } = store;
    if (Math.abs(clockOffsetMs) < CLOCK_OFFSET_MAX_MS) return;
    const seconds = Math.round(clockOffsetMs / 1000);
    const side = seconds > 0 ? 'behind' : 'ahead of';
    const sentence = `This machine's clock is ${Math.abs(seconds)} s ${side} the audit store's: what the trail says of times is as wrong. Set it, by NTP for one.`;
    log.warn('audit.clock_skew', sentence, { clock_offset_ms: clockOffsetMs });
  }

  #onFailure(error: unknown): void {
    if (this.#isStopped) return;
    const { timers } = this.#options;
    const failure = asStorageError(error);
    this.#health.noteError(failure);
    this.#health.begin('store', `store: ${reasonOf(failure)}`);
    this.#retry = timers.background(() => void this.#ask(), RETRY_MS);
  }
}

const LATE = new StorageError('STORAGE_TIMEOUT', 'the store did not answer the probe in time', {
  kind: 'transient',
  details: { reason: 'timeout', limit_ms: TIMEOUT_MS },
});
