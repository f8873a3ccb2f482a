import type { ParkReason } from '../model/dead-letter.ts';
import type { OutboundResult, RespondedCall } from '../model/outbound-result.ts';
import type { DeliveryPolicy } from '../model/policy-definitions.ts';
import type { StatusSet } from '../model/status-set.ts';

/** What a record went through so far; times monotonic, ms. */
export interface RecordHistory {
  /** Calls that counted, before this one. */
  readonly tries: number;
  /** When the first call began. */
  readonly firstTryAtMs: number;
  /** Since when every call was answered with a throttle; absent where the last was not. */
  readonly throttledSinceMs: number | undefined;
  /** Whether this call was the half-open circuit's probe. */
  readonly probe: boolean;
  /** Whether the upstream has accepted another record since it began to refuse this one's credentials. */
  readonly othersSucceeded: boolean;
}

/** What the record's route says about a call. */
export interface CallRules {
  readonly success: StatusSet;
  readonly transient: StatusSet;
  readonly repeatable: boolean;
}

/**
 * `wait`: the record is called again later. `abandon`: the call was cut off by a drain and the record
 * stays unsettled.
 */
export type Fate =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'wait'; readonly spendsTry: boolean; readonly throttled: boolean }
  | { readonly kind: 'park'; readonly reason: ParkReason; readonly spendsTry: boolean }
  | { readonly kind: 'abandon' };

export interface FateQuestion {
  readonly result: OutboundResult;
  readonly rules: CallRules;
  readonly history: RecordHistory;
  readonly policy: DeliveryPolicy;
  /** Monotonic, ms. */
  readonly nowMs: number;
}

/** Statuses by which an upstream refuses our own credentials. */
export const CREDENTIAL_STATUSES: ReadonlySet<number> = new Set([401, 403, 407]);

const OWN_REFUSALS: ReadonlySet<string> = new Set([
  'CIRCUIT_OPEN',
  'BULKHEAD_FULL',
  'UPSTREAM_RATE_LIMITED',
  'LOCAL_RESOURCES',
]);

/** What becomes of a record after one call: the table "What ends where" of `configuration.md`. */
export function decideFate(question: FateQuestion): Fate {
  const { result } = question;
  if (result.outcome === 'responded') return fateOfResponse(result, question);
  if (result.outcome === 'aborted' && !isAmbiguous(question)) return { kind: 'abandon' };
  if (result.outcome === 'refused' && OWN_REFUSALS.has(result.error.code)) {
    return { kind: 'wait', spendsTry: false, throttled: false };
  }
  // Its deadline was over before an attempt began: the upstream was not asked.
  if (result.outcome === 'timed_out' && result.attempts.length === 0) {
    return { kind: 'wait', spendsTry: false, throttled: false };
  }
  if (isUnsendable(result)) return { kind: 'park', reason: 'malformed', spendsTry: true };
  if (isAmbiguous(question)) return { kind: 'park', reason: 'ambiguous', spendsTry: true };
  return tryAgain(question);
}

function fateOfResponse(result: RespondedCall, question: FateQuestion): Fate {
  if (question.rules.success.has(result.status)) return { kind: 'delivered' };
  if (result.throttle !== undefined) return fateOfThrottle(question);
  if (CREDENTIAL_STATUSES.has(result.status)) return fateOfCredentials(question);
  if (question.rules.transient.has(result.status)) return tryAgain(question);
  return { kind: 'park', reason: 'rejected', spendsTry: true };
}

function fateOfThrottle({ history, policy, nowMs }: FateQuestion): Fate {
  const sinceMs = history.throttledSinceMs ?? nowMs;
  if (nowMs - sinceMs >= policy.throttledMaxMs) {
    return { kind: 'park', reason: 'throttled', spendsTry: false };
  }
  return { kind: 'wait', spendsTry: false, throttled: true };
}

/** A lone record that keeps being refused while others pass is at fault itself. */
function fateOfCredentials(question: FateQuestion): Fate {
  const { history, policy } = question;
  const isSpent = !history.probe && history.tries + 1 >= policy.triesMax;
  if (history.othersSucceeded && isSpent) {
    return { kind: 'park', reason: 'rejected', spendsTry: true };
  }
  return tryAgain(question);
}

/** No request can be made of it, which no later call mends. */
function isUnsendable(result: OutboundResult): boolean {
  return result.outcome === 'failed' && result.error.code === 'UPSTREAM_ERROR' && !result.bytesLeft;
}

function isAmbiguous({ result, rules, policy }: FateQuestion): boolean {
  return policy.ambiguous === 'park' && result.bytesLeft && !rules.repeatable;
}

/** A failed probe says that the upstream is still away, and nothing of the record. */
function tryAgain({ history, policy, nowMs }: FateQuestion): Fate {
  if (history.probe) return { kind: 'wait', spendsTry: false, throttled: false };
  const isOutOfTries = history.tries + 1 >= policy.triesMax;
  const isOutOfTime = nowMs - history.firstTryAtMs >= policy.retryForMs;
  if (isOutOfTries && isOutOfTime) return { kind: 'park', reason: 'exhausted', spendsTry: true };
  return { kind: 'wait', spendsTry: true, throttled: false };
}
