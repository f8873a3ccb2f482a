import type { Clock, TimerHandle, Timers } from '@netscope/domain';

interface Entry<T> {
  readonly dueAtMs: number;
  readonly order: number;
  readonly item: T;
}

/** Holds items until their instant, all on one timer. A binary heap by due time. */
export class WaitingRoom<T> {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #onDue: (item: T) => void;
  #heap: Entry<T>[] = [];
  #order = 0;
  #timer: { readonly handle: TimerHandle; readonly atMs: number } | undefined;

  constructor(edges: { readonly clock: Clock; readonly timers: Timers }, onDue: (item: T) => void) {
    this.#clock = edges.clock;
    this.#timers = edges.timers;
    this.#onDue = onDue;
  }

  /** Hands `item` back once, `delayMs` from now. */
  add(item: T, delayMs: number): void {
    this.#order += 1;
    const entry = { dueAtMs: this.#clock.monotonicMs() + delayMs, order: this.#order, item };
    this.#heap.push(entry);
    this.#siftUp(this.#heap.length - 1);
    this.#arm();
  }

  /** Keeps those that `isKept` says yes to; the others are never handed back. */
  filter(isKept: (item: T) => boolean): void {
    const kept = this.#heap.filter(({ item }) => isKept(item));
    if (kept.length === this.#heap.length) return;
    // One that ascends is a heap.
    kept.sort((a, b) => a.dueAtMs - b.dueAtMs || a.order - b.order);
    this.#heap = kept;
    this.#arm();
  }

  /** All that wait, in no order. */
  *items(): IterableIterator<T> {
    for (const { item } of this.#heap) yield item;
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined) return this.#disarm();
    if (this.#timer !== undefined && this.#timer.atMs <= first.dueAtMs) return;
    this.#disarm();
    const delayMs = Math.max(0, first.dueAtMs - this.#clock.monotonicMs());
    const handle = this.#timers.set(() => this.#fire(), Math.ceil(delayMs));
    this.#timer = { handle, atMs: first.dueAtMs };
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer.handle);
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (let first = this.#heap[0]; first !== undefined && first.dueAtMs <= nowMs;) {
      this.#removeFirst();
      this.#onDue(first.item);
      first = this.#heap[0];
    }
    this.#arm();
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#siftDown(0);
  }

  #siftUp(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(index, parent)) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  #siftDown(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      let least = index;
      if (left < this.#heap.length && this.#isBefore(left, least)) least = left;
      if (right < this.#heap.length && this.#isBefore(right, least)) least = right;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #isBefore(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return false;
    return first.dueAtMs === second.dueAtMs
      ? first.order < second.order
      : first.dueAtMs < second.dueAtMs;
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
