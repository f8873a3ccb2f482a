import type { HttpMethod } from './outbound-request.ts';
import type { BodyDigest, OutboundResult } from './outbound-result.ts';
import type { RequestContext } from './request-context.ts';

/** What was asked of the upstream, without payload or secret. */
export interface RequestFacts {
  readonly upstream: string;
  readonly host: string;
  readonly port: number;
  readonly method: HttpMethod;
  readonly pathTemplate: string;
  /** SHA-256 of path and query, lower-case hex. */
  readonly targetSha256: string;
  readonly contentType: string | undefined;
  /** Absent where no body was sent. */
  readonly payload: BodyDigest | undefined;
}

/**
 * One call that has ended. Metrics, live event, `/v1/calls` and audit event are all made from this
 * one object, so that they tell the same numbers (invariant I3).
 */
export interface CallRecord {
  /** Wall clock at the call's end, ms since the epoch. */
  readonly timestampMs: number;
  /** With the addresses that the call used. */
  readonly context: RequestContext;
  readonly request: RequestFacts;
  readonly result: OutboundResult;
  /** A status of the route's `success`. */
  readonly delivered: boolean;
  /** Calls spent on this record, this one included where it counted. */
  readonly tries: number;
  /** How long the record waited for admission, ms. */
  readonly backpressureMs: number;
  /** `none` where the route tells nothing of bodies, not even their digests; else absent. */
  readonly auditBodies?: 'none' | undefined;
}
