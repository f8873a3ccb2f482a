/**
 * Lower-case names of headers that no route may set, forward or send its idempotency key in: they
 * frame the message or are NetScope's own.
 */
export const RESERVED_HEADERS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'keep-alive',
  'te',
  'trailer',
  'expect',
  'traceparent',
  'tracestate',
]);
