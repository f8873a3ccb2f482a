/** Versions other than 00 may say more behind the flags; version ff and ids of zeros are invalid. */
const TRACEPARENT =
  /^(?:00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}|(?!00|ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?)$/;

/**
 * The trace id of a W3C `traceparent` (Trace Context, 3.2); undefined where there is none or it is
 * not valid, which is no fault of the request.
 */
export function traceIdOf(traceparent: string | string[] | undefined): string | undefined {
  if (typeof traceparent !== 'string') return undefined;
  const [, ofVersion00, ofLater] = TRACEPARENT.exec(traceparent) ?? [];
  return ofVersion00 ?? ofLater;
}
