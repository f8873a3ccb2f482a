import type { Clock, TimerHandle, Timers } from '@netscope/domain';

interface Pending {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock, and the timers that hang on it, which move only when told to. */
export class ManualClock implements Clock, Timers {
  #nowMs: number;
  #order = 0;
  readonly #pending = new Map<TimerHandle, Pending>();

  constructor(startMs = 1_771_578_000_000) {
    this.#nowMs = startMs;
  }

  /** Timers set and not yet run. */
  get pendingTimers(): number {
    return this.#pending.size;
  }

  wallMs(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  set(callback: () => void, delayMs: number): TimerHandle {
    const handle: TimerHandle = {};
    this.#order += 1;
    this.#pending.set(handle, {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order,
      callback,
    });
    return handle;
  }

  background(callback: () => void, delayMs: number): TimerHandle {
    return this.set(callback, delayMs);
  }

  clear(handle: TimerHandle): void {
    this.#pending.delete(handle);
  }

  /** Moves time on and runs what falls due, in order of due time; each sees its own instant. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (let due = this.#takeDue(endMs); due !== undefined; due = this.#takeDue(endMs)) {
      this.#nowMs = due.atMs;
      due.callback();
    }
    this.#nowMs = endMs;
  }

  #takeDue(endMs: number): Pending | undefined {
    let first: [TimerHandle, Pending] | undefined;
    for (const entry of this.#pending) {
      if (entry[1].atMs <= endMs && (first === undefined || isBefore(entry[1], first[1]))) {
        first = entry;
      }
    }
    if (first !== undefined) this.#pending.delete(first[0]);
    return first?.[1];
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}
