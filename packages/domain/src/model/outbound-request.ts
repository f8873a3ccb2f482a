import type { StatusSet } from './status-set.ts';

/**
 * Is shown what comes back, where somebody asked for it. It must not throw; chunks may be kept, and
 * hold more of the socket's buffer than themselves.
 */
export interface ResponseTap {
  /** A response begins; one of an earlier attempt is over. Names are in lower case. */
  begin(headers: ResponseHeaders): void;
  add(chunk: Uint8Array): void;
}

export type ResponseHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** RFC 9110, 9.2.2: repeating these has the effect of sending them once. */
export const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set([
  'GET',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
]);

/** One outbound call, ready to be sent; nothing in it is looked up again. */
export interface OutboundRequest {
  /** Name of a configured upstream; its origin is never taken from a record. */
  readonly upstream: string;
  readonly method: HttpMethod;
  /** Path and query, percent-encoded, starting with a slash. */
  readonly target: string;
  /** The route's path before templates were filled: bounded, safe to show. */
  readonly pathTemplate: string;
  /** Names and values in turn, lower-case names: `['content-type', 'application/json', ...]`. */
  readonly headers: readonly string[];
  readonly contentType: string | undefined;
  readonly body: Uint8Array | undefined;
  /** Monotonic instant past which no layer may wait; the upstream's `global_ms` where absent. */
  readonly deadlineAtMs: number | undefined;
  /** Whether bytes that may have arrived may be sent again inside the call (invariant I1). */
  readonly repeatable: boolean;
  /** Statuses that deliver. */
  readonly success: StatusSet;
  /** Statuses that are worth another attempt. */
  readonly transient: StatusSet;
  /** Bytes of the response kept for the digest; the rest is read and discarded. */
  readonly responseBytesMax: number;
  /** Hears the response of each attempt. */
  readonly tap?: ResponseTap | undefined;
}
