/** A key's bytes, one character a byte, or the lane that a whole partition shares. */
export type LaneName = string | symbol;

/** Below so many names a table is never swept. */
const SWEEP_LEAST = 1024;
/** Swept when it holds so many names for each lane in use. */
const SWEEP_SHARE = 4;

/**
 * The last of each lane of one lease. A lane that is free keeps its name for a while, and
 * from time to time the whole table is laid anew: a hash table of V8's links to the one that replaces
 * it, so that under steady adding and deleting the dead ones in the old generation keep every record
 * alive until the next full collection.
 */
export class LaneTable<T> {
  #tails = new Map<LaneName, T | undefined>();
  #inUse = 0;

  /** `undefined` where the lane is free. */
  tail(name: LaneName): T | undefined {
    return this.#tails.get(name);
  }

  /** `last` is the last of its lane now; `isFirst` where the lane was free. */
  append(name: LaneName, last: T, isFirst: boolean): void {
    if (isFirst) this.#inUse += 1;
    this.#tails.set(name, last);
    if (this.#tails.size > Math.max(SWEEP_LEAST, this.#inUse * SWEEP_SHARE)) this.#sweep();
  }

  free(name: LaneName): void {
    this.#inUse -= 1;
    this.#tails.set(name, undefined);
  }

  /** Names held, of free lanes too. */
  get size(): number {
    return this.#tails.size;
  }

  clear(): void {
    this.#tails = new Map();
    this.#inUse = 0;
  }

  #sweep(): void {
    const kept = new Map<LaneName, T | undefined>();
    for (const [name, tail] of this.#tails) if (tail !== undefined) kept.set(name, tail);
    this.#tails = kept;
  }
}
