/** ECMAScript's `JSON.rawJSON`, which no type tells of yet. */
const rawJson: unknown = Reflect.get(JSON, 'rawJSON');

/**
 * For `JSON.parse`: a number that would be written otherwise than it was read (one past 2^53, or
 * `0.10`) becomes what `JSON.stringify` writes by its digits. Others stay numbers.
 */
export function exactNumber(
  _name: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== 'number' || typeof rawJson !== 'function') return value;
  const source = context?.source;
  if (source === undefined || String(value) === source) return value;
  const exact: unknown = rawJson(source);
  return exact;
}
