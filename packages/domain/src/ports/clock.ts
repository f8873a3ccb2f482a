/** The two clocks: one tells the time of day, the other measures. Neither throws. */
export interface Clock {
  /** Wall clock, ms since the epoch; may jump. For timestamps only. */
  wallMs(): number;
  /** Monotonic, ms with microseconds behind the point. For every duration and deadline. */
  monotonicMs(): number;
}
