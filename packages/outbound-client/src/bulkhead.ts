import type { Clock, Timers } from '@netscope/domain';

import type { CallState } from './call-state.ts';
import type { InFlightLimit } from './in-flight-limit.ts';

export interface BulkheadOptions {
  readonly limit: InFlightLimit;
  readonly queue: number;
  readonly queueAgeMaxMs: number;
}

/**
 * Of request bodies in one queue: callers other than the record source have no bound of their own,
 * and 2048 of them with a body of 1 MiB each would be the whole heap.
 */
export const QUEUE_BYTES_MAX = 16 * 1024 * 1024;

/** `entered`: the caller holds a permit and MUST give it back. */
export type BulkheadEntry = 'entered' | 'full' | 'aged' | 'overdue' | 'aborted';

interface Waiter {
  readonly settle: (entry: BulkheadEntry) => void;
}

/** At most so many in flight, and a queue bounded in count, bytes and age for those who may wait. */
export class Bulkhead {
  readonly #options: BulkheadOptions;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #waiters = new Set<Waiter>();
  #inFlight = 0;
  #queuedBytes = 0;

  constructor(options: BulkheadOptions, clock: Clock, timers: Timers) {
    this.#options = options;
    this.#clock = clock;
    this.#timers = timers;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** Below 0 while more are in flight than a limit that has fallen. */
  get free(): number {
    return this.#options.limit.now - this.#inFlight;
  }

  get queueDepth(): number {
    return this.#waiters.size;
  }

  /** Takes a permit that is known to be free. */
  take(): void {
    this.#inFlight += 1;
  }

  /** Gives a permit back, to who waits longest; true where one is free again. */
  giveBack(): boolean {
    const [first] = this.#waiters;
    if (first !== undefined && this.free >= 0) {
      first.settle('entered');
      return false;
    }
    this.#inFlight -= 1;
    return this.free > 0;
  }

  /** The limit has risen: who waits gets what is free; true where some is left. */
  refill(): boolean {
    for (const waiter of this.#waiters) {
      if (this.free <= 0) return false;
      this.take();
      waiter.settle('entered');
    }
    return this.free > 0;
  }

  /** Takes a permit, or waits for one as long as the queue's bounds and the call allow. */
  enter(call: CallState): Promise<BulkheadEntry> | BulkheadEntry {
    if (this.free > 0) {
      this.take();
      return 'entered';
    }
    if (this.#waiters.size >= this.#options.queue) return 'full';
    const bytes = call.request.body?.length ?? 0;
    // One body alone may pass any bound: there is room for it or there is not.
    if (this.#queuedBytes > 0 && this.#queuedBytes + bytes > QUEUE_BYTES_MAX) return 'full';
    return this.#wait(call, bytes);
  }

  #wait(call: CallState, bytes: number): Promise<BulkheadEntry> {
    const { promise, resolve } = Promise.withResolvers<BulkheadEntry>();
    const leftMs = call.deadlineAtMs - this.#clock.monotonicMs();
    const isOverdueFirst = leftMs < this.#options.queueAgeMaxMs;
    const waiter: Waiter = {
      settle: (entry) => {
        this.#waiters.delete(waiter);
        this.#queuedBytes -= bytes;
        this.#timers.clear(timer);
        call.waitsFor = undefined;
        resolve(entry);
      },
    };
    const timer = this.#timers.set(
      () => waiter.settle(isOverdueFirst ? 'overdue' : 'aged'),
      Math.max(0, Math.min(leftMs, this.#options.queueAgeMaxMs)),
    );
    call.waitsFor = { interrupt: () => waiter.settle('aborted') };
    this.#waiters.add(waiter);
    this.#queuedBytes += bytes;
    return promise;
  }
}
