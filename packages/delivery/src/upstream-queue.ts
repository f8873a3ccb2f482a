import type { WaitReason } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import { Fifo } from './fifo.ts';

/** How long takings are counted before they say how fast an upstream is. */
const PACE_MS = 500;
/** Older counts say nothing of now. */
const PACE_MEMORY_MS = 5_000;
/** An upstream is slow that has more than so much of its own time standing ready. */
const SLOW_MS = 1_000;

/** Records whose turn it is, for one upstream; those that were tried before go first. */
export class UpstreamQueue {
  /** `undefined` for records that need no call: to be parked or skipped. */
  readonly upstream: string | undefined;
  readonly #again = new Fifo<Delivery>();
  readonly #fresh = new Fifo<Delivery>();
  /** Why the upstream takes none now; absent while it does. */
  blockedBy: WaitReason | undefined;
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

  /** True while it could go on as soon as a call ends. */
  get isRunnable(): boolean {
    return this.blockedBy === undefined || this.blockedBy === 'bulkhead_full';
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
    for (let first = this.#first(); first !== undefined; first = this.#first()) {
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
    return this.#again.length > 0 ? this.#again.shift() : this.#fresh.shift();
  }

  #measure(nowMs: number): void {
    const elapsedMs = nowMs - this.#countedSinceMs;
    if (elapsedMs < PACE_MS) return;
    this.#pace = elapsedMs > PACE_MEMORY_MS ? undefined : this.#taken / elapsedMs;
    this.#taken = 0;
    this.#countedSinceMs = nowMs;
  }

  #first(): Delivery | undefined {
    return this.#again.peek() ?? this.#fresh.peek();
  }
}
