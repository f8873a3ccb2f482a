import { type BackoffBounds, backoffCeilingMs } from './backoff.ts';

/**
 * How long an upstream's intake waits because it said so. Answers of calls admitted before the wait
 * began tell nothing new: ten of them together make one wait, not ten. Where no time is told the
 * wait doubles from `baseMs` up to `capMs`. Instants are monotonic, ms.
 */
export class ThrottleHold {
  readonly #bounds: BackoffBounds;
  #sinceMs = Number.NEGATIVE_INFINITY;
  #untilMs = Number.NEGATIVE_INFINITY;
  #untold = 0;

  constructor(bounds: BackoffBounds) {
    this.#bounds = bounds;
  }

  /** Takes one throttled answer to a call admitted at `admittedAtMs`. */
  throttled(
    answer: { readonly retryAfterMs: number | undefined; readonly admittedAtMs: number },
    nowMs: number,
  ): void {
    if (answer.retryAfterMs !== undefined) {
      this.#hold(nowMs, answer.retryAfterMs);
      return;
    }
    if (answer.admittedAtMs <= this.#sinceMs) return;
    this.#untold += 1;
    this.#hold(nowMs, backoffCeilingMs(this.#bounds, this.#untold));
  }

  /** An answer that asked for no wait, to a call admitted at `admittedAtMs`. */
  flowed(admittedAtMs: number): void {
    if (admittedAtMs > this.#sinceMs) this.#untold = 0;
  }

  /** What is left of the wait; 0 where there is none. */
  remainingMs(nowMs: number): number {
    return Math.max(0, this.#untilMs - nowMs);
  }

  #hold(nowMs: number, waitMs: number): void {
    if (nowMs >= this.#untilMs) this.#sinceMs = nowMs;
    this.#untilMs = Math.max(this.#untilMs, nowMs + waitMs);
  }
}
