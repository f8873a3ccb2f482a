/** Waits that double from `baseMs` up to `capMs`. */
export interface BackoffBounds {
  readonly baseMs: number;
  readonly capMs: number;
}

const DOUBLINGS_MAX = 30;

/** The longest wait before the `step`-th repetition, the first being 1; never above `capMs`. */
export function backoffCeilingMs(bounds: BackoffBounds, step: number): number {
  return Math.min(bounds.capMs, bounds.baseMs * 2 ** Math.min(step - 1, DOUBLINGS_MAX));
}

/**
 * The wait before the `step`-th repetition with full jitter: anything from nothing to the ceiling,
 * by `chance` in [0, 1).
 */
export function backoffMs(bounds: BackoffBounds, step: number, chance: number): number {
  return chance * backoffCeilingMs(bounds, step);
}
