/** Shares of the last one in the running mean and deviation (Jacobson, as in RFC 6298). */
const MEAN_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 2;

/** How long this disk takes to write and sync a group, learnt from those before. */
export class SyncTime {
  #meanMs = 1;
  #deviationMs = 0;

  /** What all but a few will take, ms. */
  get expectedMs(): number {
    return this.#meanMs + DEVIATIONS * this.#deviationMs;
  }

  note(tookMs: number): void {
    const errorMs = tookMs - this.#meanMs;
    this.#deviationMs += (Math.abs(errorMs) - this.#deviationMs) * DEVIATION_WEIGHT;
    this.#meanMs += errorMs * MEAN_WEIGHT;
  }
}
