export interface TokenBucketOptions {
  /** Above 0. */
  readonly perSecond: number;
  /** Most tokens kept; below 1 it is one second's worth, and at least 1. */
  readonly burst: number;
}

const MS_PER_SECOND = 1000;

/**
 * How late a taker may come who was told when: what the time until then has earned is kept for it,
 * past the burst too. Timers have whole milliseconds and a busy loop is late by tens; at a burst of 1
 * each such loss would lower the rate by a quarter.
 */
const LATE_MAX_MS = 50;

/** And who is later than this does not come: what is kept then is the burst. */
const AWAITED_MAX_MS = 1000;

/** Lets `perSecond` takers pass, and `burst` at once after a rest. Instants are monotonic, ms. */
export class TokenBucket {
  readonly capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAtMs: number;
  /** Somebody was told to come, and may until then. */
  #awaitedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(options: TokenBucketOptions, nowMs: number) {
    this.capacity = options.burst >= 1 ? options.burst : Math.max(1, options.perSecond);
    this.#perMs = options.perSecond / MS_PER_SECOND;
    this.#tokens = this.capacity;
    this.#filledAtMs = nowMs;
  }

  /** Takes one token, where there is one. */
  take(nowMs: number): boolean {
    if (this.left(nowMs) < 1) return false;
    this.#tokens -= 1;
    this.#awaitedUntilMs = Number.NEGATIVE_INFINITY;
    return true;
  }

  /** Puts back a token that was not used. */
  giveBack(nowMs: number): void {
    this.#tokens = Math.min(this.capacity, this.left(nowMs) + 1);
  }

  /** How long until there is a whole token; 0 where there is one. */
  waitMs(nowMs: number): number {
    const missing = 1 - this.left(nowMs);
    if (missing <= 0) return 0;
    const waitMs = missing / this.#perMs;
    this.#awaitedUntilMs = nowMs + waitMs + AWAITED_MAX_MS;
    return waitMs;
  }

  /** Tokens there now, fractions included. */
  left(nowMs: number): number {
    if (nowMs > this.#filledAtMs) {
      const gained = (nowMs - this.#filledAtMs) * this.#perMs;
      const lateMs = nowMs <= this.#awaitedUntilMs ? LATE_MAX_MS : 0;
      this.#tokens = Math.min(this.capacity + lateMs * this.#perMs, this.#tokens + gained);
      this.#filledAtMs = nowMs;
    }
    return this.#tokens;
  }
}
