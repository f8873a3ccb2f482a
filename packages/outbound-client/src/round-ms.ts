const US_PER_MS = 1000;

/** Milliseconds in whole microseconds, as phases are: what lies beneath is the clock's noise. */
export function roundMs(ms: number): number {
  return Math.round(ms * US_PER_MS) / US_PER_MS;
}
