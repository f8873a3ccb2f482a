import type { NetScopeError } from '../errors/netscope-error.ts';
import type { Attempt } from './attempt.ts';
import type { Verdict } from './verdict.ts';

/**
 * What a call or an attempt came to. `refused`: no byte was sent, because the peer refused the
 * connection or one of our own policies (circuit, bulkhead, rate limit, address guard) refused the
 * call; the error's code tells which.
 */
export type Outcome = 'responded' | 'timed_out' | 'refused' | 'failed' | 'aborted';

/** Which of the three distinct timeouts fired (invariant I2). */
export type TimeoutType = 'connect' | 'read' | 'global';

export type CircuitStateName = 'closed' | 'open' | 'half_open' | 'isolated';

/** A 429, or a 503 with `Retry-After`: the upstream asks to wait; it is not a failure. */
export interface Throttle {
  /** Already clamped; absent where none was told or it could not be read. */
  readonly retryAfterMs: number | undefined;
}

/** SHA-256 (lower-case hex) and length of a body. */
export interface BodyDigest {
  readonly sha256: string;
  readonly bytes: number;
}

/** A timeout that fired, and when, ms since the span began that it bounds. */
export interface FiredTimeout {
  readonly timeoutType: TimeoutType;
  readonly elapsedMs: number;
}

/** What is known of every call, whatever it came to. Durations in ms from the monotonic clock. */
export interface CallFacts {
  /** The whole call: waits between attempts and for a connection in, waits before admission out. */
  readonly latencyMs: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** In order; empty where our own policy refused the call. */
  readonly attempts: readonly Attempt[];
  readonly retryCount: number;
  readonly timeoutCount: number;
  /** The last of them, however the call ended after it. */
  readonly lastTimeout?: FiredTimeout | undefined;
  /** The circuit as the call left it. */
  readonly circuitState: CircuitStateName;
  readonly verdict: Verdict | undefined;
  /** The socket's own address, else what the kernel would choose for that remote. */
  readonly internalIp: string | undefined;
  readonly externalIp: string | undefined;
  readonly remoteAddress: string | undefined;
  /** True once any attempt may have put a byte of the request on the wire. */
  readonly bytesLeft: boolean;
}

export interface RespondedCall extends CallFacts {
  readonly outcome: 'responded';
  readonly status: number;
  readonly throttle: Throttle | undefined;
  /** Of the bytes kept; `bytesReceived` counts all that were read. */
  readonly response: BodyDigest;
  /** The body went past the route's bound and the rest was discarded unread by us. */
  readonly truncated: boolean;
}

export interface TimedOutCall extends CallFacts {
  readonly outcome: 'timed_out';
  readonly timeoutType: TimeoutType;
  readonly elapsedMs: number;
  readonly error: NetScopeError;
}

export interface UnansweredCall extends CallFacts {
  readonly outcome: 'refused' | 'failed' | 'aborted';
  readonly error: NetScopeError;
}

/** One outbound call's end, as a closed union on `outcome`. A 503 is a result, not an exception. */
export type OutboundResult = RespondedCall | TimedOutCall | UnansweredCall;
