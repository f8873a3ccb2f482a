import type { WaitReason } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import { Fifo } from './fifo.ts';

/** How long takings are counted before they say how fast an upstream is. */
const PACE_MS = 500;
/** Older counts say nothing of now. */
const PACE_MEMORY_MS = 5_000;
/** An upstream is slow that has more than so much of its own time standing ready. */
const SLOW_MS = 1_000;

/**
 * Of those called while both kinds stand ready, one in so many was tried before. They hold up the
 * commit, so they may not wait for the others to end; but some may fail for ever, and the circuit
 * that opens at a fifth of failures must not hear those alone.
 */
const AGAIN_ONE_IN = 8;

/**
 * Records whose turn it is, for one upstream. While its circuit is open or proves itself those that
 * were never tried go first: a record that fails whatever the upstream's health, sent as each probe,
 * would hold all others up for ever.
 */
export class UpstreamQueue {
  /** `undefined` for records that need no call: to be parked or skipped. */
  readonly upstream: string | undefined;
  readonly #again = new Fifo<Delivery>();
  readonly #fresh = new Fifo<Delivery>();
  #blockedBy: WaitReason | undefined;
  /** Its circuit was open, and nothing but probes was admitted since. */
  #isProving = false;
  #freshInTurn = 0;
  #lastSuccessAtMs: number | undefined;
  #taken = 0;
  #countedSinceMs = -Infinity;
  /** Records a millisecond; absent until it is known. */
  #pace: number | undefined;

  constructor(upstream: string | undefined) {
    this.upstream = upstream;
  }

  get length(): number {
    return this.#again.length + this.#fresh.length;
  }

  /** Why the upstream takes none now; absent while it does. */
  get blockedBy(): WaitReason | undefined {
    return this.#blockedBy;
  }

  set blockedBy(reason: WaitReason | undefined) {
    this.#blockedBy = reason;
    if (reason === 'circuit_open' || reason === 'isolated') this.#isProving = true;
  }

  /** True while it could go on as soon as a call ends. */
  get isRunnable(): boolean {
    return this.blockedBy === undefined || this.blockedBy === 'bulkhead_full';
  }

  /** A call was admitted; one that is no probe says that the circuit has closed. */
  noteAdmitted(isProbe: boolean): void {
    if (!isProbe) this.#isProving = false;
  }

  noteSuccess(nowMs: number): void {
    this.#lastSuccessAtMs = nowMs;
  }

  /** Whether another record was delivered to it since `sinceMs` (monotonic). */
  hasSucceededSince(sinceMs: number | undefined): boolean {
    return (this.#lastSuccessAtMs ?? -Infinity) > (sinceMs ?? Infinity);
  }

  push(delivery: Delivery): void {
    if (delivery.firstTryAtMs === undefined) this.#fresh.push(delivery);
    else this.#again.push(delivery);
  }

  /** The next one whose lease is still held; the others are dropped on the way. */
  peek(): Delivery | undefined {
    for (let first = this.#next.peek(); first !== undefined; first = this.#next.peek()) {
      if (!first.lease.draining) return first;
      this.shift();
    }
    return undefined;
  }

  /** Drops what stands here of leases that drain: blocked, nobody would meet it for long. */
  forgetDraining(): void {
    if (this.length === 0) return;
    for (const fifo of [this.#again, this.#fresh]) fifo.filter(({ lease }) => !lease.draining);
  }

  /** Whether its bulkhead is full and what stands ready would take it more than a second. */
  isSlow(nowMs: number): boolean {
    this.#measure(nowMs);
    if (this.blockedBy !== 'bulkhead_full' || this.#pace === undefined) return false;
    return this.length > this.#pace * SLOW_MS;
  }

  shift(): Delivery | undefined {
    this.#taken += 1;
    const next = this.#next;
    this.#freshInTurn = next === this.#fresh ? this.#freshInTurn + 1 : 0;
    return next.shift();
  }

  #measure(nowMs: number): void {
    const elapsedMs = nowMs - this.#countedSinceMs;
    if (elapsedMs < PACE_MS) return;
    this.#pace = elapsedMs > PACE_MEMORY_MS ? undefined : this.#taken / elapsedMs;
    this.#taken = 0;
    this.#countedSinceMs = nowMs;
  }

  get #next(): Fifo<Delivery> {
    if (this.#again.length === 0) return this.#fresh;
    if (this.#fresh.length === 0) return this.#again;
    const isTurn = !this.#isProving && this.#freshInTurn >= AGAIN_ONE_IN - 1;
    return isTurn ? this.#again : this.#fresh;
  }
}
