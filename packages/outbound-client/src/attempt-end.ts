import type {
  Attempt,
  BodyDigest,
  NetScopeError,
  Throttle,
  TimeoutType,
  UpstreamErrorCode,
} from '@netscope/domain';
import { UpstreamError } from '@netscope/domain';

import { roundMs } from './round-ms.ts';

interface EndFacts {
  /** Absent where no attempt began: a policy of ours refused it. */
  readonly attempt: Attempt | undefined;
  /** True once a byte of the request may have been put on the wire. */
  readonly bytesLeft: boolean;
  /** The upstream was connected to or sent to; what it did says something about it. */
  readonly reached: boolean;
  /**
   * The HTTP client still holds the request, although nobody waits for it: resolves when it lets
   * go. Absent where it already has.
   */
  readonly lingering: Promise<void> | undefined;
}

export interface RespondedEnd extends EndFacts {
  readonly outcome: 'responded';
  readonly status: number;
  readonly throttle: Throttle | undefined;
  readonly response: BodyDigest;
  readonly truncated: boolean;
}

export interface TimedOutEnd extends EndFacts {
  readonly outcome: 'timed_out';
  readonly timeoutType: TimeoutType;
  readonly elapsedMs: number;
  readonly error: NetScopeError;
}

export interface UnansweredEnd extends EndFacts {
  readonly outcome: 'refused' | 'failed' | 'aborted';
  readonly error: NetScopeError;
}

/** What one attempt, or its refusal by one of our policies, came to. */
export type AttemptEnd = RespondedEnd | TimedOutEnd | UnansweredEnd;

const NOT_BEGUN = {
  attempt: undefined,
  bytesLeft: false,
  reached: false,
  lingering: undefined,
} as const;

/** An attempt that one of our policies did not let begin. */
export function refusedEnd(code: UpstreamErrorCode, message: string): UnansweredEnd {
  const error = new UpstreamError(code, message, { kind: 'transient' });
  return { ...NOT_BEGUN, outcome: 'refused', error };
}

/** The caller gave up before an attempt began. */
export function abortedEnd(): UnansweredEnd {
  const error = new UpstreamError('CALL_ABORTED', 'the call was aborted by its caller', {
    kind: 'transient',
  });
  return { ...NOT_BEGUN, outcome: 'aborted', error };
}

/** The deadline passed before an attempt began. */
export function overdueEnd(overdueMs: number): TimedOutEnd {
  const elapsedMs = roundMs(overdueMs);
  const error = new UpstreamError('UPSTREAM_TIMEOUT', 'the deadline passed before an attempt', {
    kind: 'transient',
    details: { timeoutType: 'global', elapsedMs },
  });
  return { ...NOT_BEGUN, outcome: 'timed_out', timeoutType: 'global', elapsedMs, error };
}
