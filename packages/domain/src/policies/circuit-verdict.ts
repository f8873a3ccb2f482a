import type { Outcome, TimeoutType } from '../model/outbound-result.ts';
import type { CircuitVerdict } from './circuit-permits.ts';
import { CREDENTIAL_STATUSES } from './decide-fate.ts';

/** What of an attempt bears on its upstream's health. */
export interface AttemptEvidence {
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly errorCode: string | undefined;
  readonly timeoutType: TimeoutType | undefined;
  /** The response asked to wait. */
  readonly throttled: boolean;
  /** The upstream was given its chance: it was connected to, or bytes left for it. */
  readonly reached: boolean;
}

const SERVER_FAULT_MIN = 500;

/** Failures of our own making, or of nobody's: they say nothing about the upstream. */
const UNHEARD_CODES: ReadonlySet<string> = new Set([
  'UPSTREAM_ADDRESS_BLOCKED',
  'UPSTREAM_ERROR',
  'UPSTREAM_RATE_LIMITED',
  'BULKHEAD_FULL',
  'CIRCUIT_OPEN',
  'LOCAL_EVENT_LOOP',
  'LOCAL_RESOURCES',
  'CALL_ABORTED',
]);

/**
 * What the circuit hears: connect failures, broken connections, timeouts, 5xx, and 401, 403, 407,
 * which are our own credentials. Any other answer is a success, a throttle is neither.
 */
export function circuitVerdict(evidence: AttemptEvidence): CircuitVerdict {
  if (evidence.outcome === 'responded') return verdictOfStatus(evidence);
  if (evidence.outcome === 'aborted') return 'unheard';
  if (evidence.errorCode !== undefined && UNHEARD_CODES.has(evidence.errorCode)) return 'unheard';
  if (evidence.outcome === 'timed_out' && !evidence.reached) return 'unheard';
  return 'failure';
}

/** Which sample it was, in a word, for the reason of a change. */
export function describeEvidence(evidence: AttemptEvidence): string {
  const { status, timeoutType } = evidence;
  if (status !== undefined) {
    return CREDENTIAL_STATUSES.has(status) ? `credentials (${status})` : `status ${status}`;
  }
  return timeoutType === undefined ? `${evidence.errorCode}` : `${timeoutType} timeout`;
}

function verdictOfStatus({ status, throttled }: AttemptEvidence): CircuitVerdict {
  if (throttled || status === undefined) return 'unheard';
  return status >= SERVER_FAULT_MIN || CREDENTIAL_STATUSES.has(status) ? 'failure' : 'success';
}
