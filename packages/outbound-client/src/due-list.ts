import type { Clock, TimerHandle, Timers } from '@netscope/domain';

/** Something that is due at an instant unless it is done before. */
export interface Due {
  /** Monotonic; may change while it is listed. */
  dueAtMs: number;
  /** Its place in the list, which alone sets it. */
  dueIndex: number;
  /** It is due: `nowMs` is at or past `dueAtMs`. It leaves the list, or is due later from now on. */
  onDue(nowMs: number): void;
}

/**
 * What is due within the next second or so, all on one timer, which is set for the first of it and
 * finds most of it gone: hardly any attempt lasts until its timeout, and a timer each costs more than
 * a place in an array. Exact: the timer is never later than the first that is due.
 */
export class DueList {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #list: Due[] = [];
  #timer: TimerHandle | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, timers: Timers) {
    this.#clock = clock;
    this.#timers = timers;
  }

  enter(due: Due, nowMs: number): void {
    due.dueIndex = this.#list.length;
    this.#list.push(due);
    this.sooner(due, nowMs);
  }

  /** It is due earlier than before. Later needs no word. */
  sooner(due: Due, nowMs: number): void {
    if (due.dueAtMs < this.#timerAtMs) this.#arm(due.dueAtMs, nowMs);
  }

  leave(due: Due): void {
    const last = this.#list.pop();
    if (last === undefined || last === due) return;
    this.#list[due.dueIndex] = last;
    last.dueIndex = due.dueIndex;
  }

  /** Ends the timer; nothing is due any more. */
  close(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
  }

  #arm(atMs: number, nowMs: number): void {
    this.close();
    this.#timerAtMs = atMs;
    this.#timer = this.#timers.set(() => this.#onTimer(), Math.max(1, Math.ceil(atMs - nowMs)));
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicMs();
    for (const due of this.#list.filter(({ dueAtMs }) => dueAtMs <= nowMs)) due.onDue(nowMs);
    let firstMs = Number.POSITIVE_INFINITY;
    for (const { dueAtMs } of this.#list) firstMs = Math.min(firstMs, dueAtMs);
    if (firstMs < this.#timerAtMs) this.#arm(firstMs, nowMs);
  }
}
