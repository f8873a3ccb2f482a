/** Percent-encoded for one segment of a path, or one name or value of a query. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed());
}
