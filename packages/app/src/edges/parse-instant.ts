/** Ms since the epoch of an RFC 3339 instant or a day in UTC; `NaN` for anything else. */
export function parseInstant(text: string): number {
  return Date.parse(text);
}
