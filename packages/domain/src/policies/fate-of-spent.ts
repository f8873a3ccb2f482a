import type { ParkReason } from '../model/dead-letter.ts';
import type { DeliveryPolicy } from '../model/policy-definitions.ts';
import type { TriesSpent } from '../model/tries-spent.ts';
import { type CallRules, CREDENTIAL_STATUSES } from './decide-fate.ts';

const TOO_MANY_REQUESTS = 429;
/** May have been a throttle, which parks nothing by itself. */
const SERVICE_UNAVAILABLE = 503;

/**
 * Why a record is parked without another call, from what an earlier life spent on it: its last call
 * had parked it, and its dead letter was not written or not known to be. `undefined` where it is to
 * be called again. In doubt it is called again.
 */
export function fateOfSpent(
  spent: TriesSpent,
  rules: CallRules,
  policy: DeliveryPolicy,
): ParkReason | undefined {
  const { status } = spent;
  if (status === undefined) {
    const isAmbiguous = policy.ambiguous === 'park' && spent.bytesLeft && !rules.repeatable;
    return isAmbiguous ? 'ambiguous' : exhaustion(spent, policy);
  }
  if (rules.success.has(status) || status === TOO_MANY_REQUESTS) return undefined;
  if (CREDENTIAL_STATUSES.has(status) || rules.transient.has(status)) {
    return exhaustion(spent, policy);
  }
  return status === SERVICE_UNAVAILABLE ? undefined : 'rejected';
}

/** Calls that were told to come later count neither as tries nor as the last one. */
function exhaustion(
  { tries, firstTryAtMs, lastTryAtMs }: TriesSpent,
  { triesMax, retryForMs }: DeliveryPolicy,
): ParkReason | undefined {
  const isOver = tries >= triesMax && lastTryAtMs - firstTryAtMs >= retryForMs;
  return isOver ? 'exhausted' : undefined;
}
