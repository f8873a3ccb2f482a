/** Ms since the epoch of an RFC 3339 instant or a day in UTC; `NaN` for anything else, 30 February too. */
export function parseInstant(text: string): number {
  const ms = Date.parse(text);
  // It takes a day that a month does not have for one of the next.
  const isThatDay = Number.isFinite(ms) && new Date(ms).toISOString().startsWith(text.slice(0, 10));
  return isThatDay ? ms : Number.NaN;
}
