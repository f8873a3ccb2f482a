/** A wire timestamp (RFC 3339) as ms since the epoch; NaN where it is none. */
export function parseTimestamp(timestamp: string): number {
  // oxlint-disable-next-line no-restricted-globals -- parsing reads no clock
  return Date.parse(timestamp);
}

/** `epochMs` as a wire timestamp. */
export function writeTimestamp(epochMs: number): string {
  // oxlint-disable-next-line no-restricted-globals -- writing reads no clock
  return new Date(epochMs).toISOString();
}
