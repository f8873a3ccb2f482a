import type { SourceCoordinates } from './source-record.ts';

/** What ties a record, its call, every log line, event and audit event together (invariant I4). */
export interface RequestContext {
  /** W3C trace id, 32 lower-case hex digits: the record's own, or drawn. */
  readonly traceId: string;
  /** W3C span id of this call, 16 lower-case hex digits. */
  readonly spanId: string;
  /** W3C trace flags, two hex digits: the record's own, or `01`. */
  readonly traceFlags: string;
  /** Passed on unread, where the record brought one. */
  readonly tracestate: string | undefined;
  /** One per call: a record that is tried three times has three. */
  readonly requestId: string;
  /** One per record, the same after any redelivery (invariant I1). */
  readonly idempotencyKey: string;
  /** Absent where no route matched. */
  readonly route: string | undefined;
  readonly routeGroup: string | undefined;
  /** The address the socket used; absent until a socket was there (invariant I5). */
  readonly internalIp: string | undefined;
  /** The address the outside sees, where known (invariant I5). */
  readonly externalIp: string | undefined;
  readonly source: SourceCoordinates;
}
