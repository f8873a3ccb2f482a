const BASE_MS = 500;
/** A page must not stay dark for long once the server is back. */
const CAP_MS = 10_000;

/**
 * How long to wait before reconnecting, ms: doubles from 0.5 s to 10 s, the upper half of it by
 * chance so that many pages do not come back at one instant.
 * @param attempt failures in a row so far, from 1
 * @param chance uniform in [0, 1)
 */
export function reconnectDelayMs(attempt: number, chance: number): number {
  const ceilingMs = Math.min(CAP_MS, BASE_MS * 2 ** Math.max(0, attempt - 1));
  return ceilingMs / 2 + (ceilingMs / 2) * chance;
}
