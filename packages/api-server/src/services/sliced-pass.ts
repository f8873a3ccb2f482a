import type { TimerHandle, Timers } from '@netscope/domain';

/** Clients served in one go: well under 1 ms, so that the loop's other work is not held up. */
const SLICE = 16;

/**
 * Does something with each member of a set, a slice at a time, giving the event loop room between
 * slices. A run asked for while one is under way starts over once that one is done.
 */
export class SlicedPass<T> {
  readonly #timers: Timers;
  readonly #visit: (member: T) => void;
  #rest: T[] = [];
  #again: ReadonlySet<T> | undefined;
  #timer: TimerHandle | undefined;

  constructor(timers: Timers, visit: (member: T) => void) {
    this.#timers = timers;
    this.#visit = visit;
  }

  run(members: ReadonlySet<T>): void {
    if (this.#timer !== undefined) {
      this.#again = members;
      return;
    }
    this.#rest = [...members];
    this.#slice();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timer = undefined;
    this.#again = undefined;
    this.#rest = [];
  }

  #slice(): void {
    this.#timer = undefined;
    for (const member of this.#rest.splice(0, SLICE)) this.#visit(member);
    if (this.#rest.length > 0) {
      this.#timer = this.#timers.background(() => this.#slice(), 0);
      return;
    }
    const again = this.#again;
    this.#again = undefined;
    if (again !== undefined) this.run(again);
  }
}
