const MS_PER_SECOND = 1000;
/** Shorter waits than this are not worth telling anybody. */
const WAIT_MIN_MS = 100;
const DELTA_SECONDS = /^\d+$/;
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

/** What a `Retry-After` is read against. */
export interface RetryAfterBounds {
  /** Wall clock, ms since the epoch. */
  readonly wallMs: number;
  /** Longest wait that is believed. */
  readonly capMs: number;
}

/**
 * The wait that a `Retry-After` asks for (RFC 9110, 10.2.3: seconds, or any of the three forms of
 * date), clamped to 100 ms and `capMs`. Absent where none was told or it cannot be read.
 */
export function readRetryAfter(
  value: string | undefined,
  bounds: RetryAfterBounds,
): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const waitMs = DELTA_SECONDS.test(text)
    ? Number(text) * MS_PER_SECOND
    : untilDateMs(text, bounds.wallMs);
  return waitMs === undefined ? undefined : Math.max(WAIT_MIN_MS, Math.min(bounds.capMs, waitMs));
}

const TOO_MANY_REQUESTS = 429;
const SERVICE_UNAVAILABLE = 503;

/** Whether an answer asks to wait: any 429, and a 503 with `Retry-After`. */
export function isThrottle(status: number, retryAfter: string | undefined): boolean {
  return (
    status === TOO_MANY_REQUESTS || (status === SERVICE_UNAVAILABLE && retryAfter !== undefined)
  );
}

function untilDateMs(text: string, wallMs: number): number | undefined {
  if (!HTTP_DATE.test(text)) return undefined;
  const zoned = text.endsWith('GMT') ? text : `${text} GMT`;
  // oxlint-disable-next-line no-restricted-globals -- reads a text, not the clock
  const atMs = Date.parse(zoned);
  return Number.isNaN(atMs) ? undefined : atMs - wallMs;
}
