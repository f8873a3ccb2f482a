import {
  CREDENTIAL_STATUSES,
  type DeliveryPolicy,
  fateOfSpent,
  IDEMPOTENT_METHODS,
} from '@netscope/domain';

import type { CompiledRoute } from './compiled-route.ts';
import type { Delivery } from './delivery.ts';

/** What stands for any answer that asked to wait: a 503 alone may have been a failed probe's. */
export const THROTTLED = 429;

/** Both clocks at one instant, ms. */
export interface Instant {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * Takes over what was spent on a record before it was handed over: its tries and the time of the
 * first go on counting. One that its last call had parked is parked now, with no call.
 */
export function restoreTries(delivery: Delivery, policy: DeliveryPolicy, now: Instant): void {
  const { lease, record, disposition } = delivery;
  const spent = lease.lease.spentOn(record.offset);
  if (spent === undefined || disposition.kind !== 'send') return;
  const { route } = disposition;
  // A wall clock that was set back must not make the first try later than now.
  const agoMs = Math.max(0, now.wallMs - spent.firstTryAtMs);
  delivery.tries = spent.tries;
  delivery.firstTryAtMs = now.monotonicMs - agoMs;
  delivery.firstTryWallMs = spent.firstTryAtMs;
  delivery.lastTryWallMs = spent.lastTryAtMs;
  delivery.lastStatus = spent.status;
  // When that began is not known: since the last call that counted none said otherwise.
  const lastTryAtMs = now.monotonicMs - Math.max(0, now.wallMs - spent.lastTryAtMs);
  if (spent.status === THROTTLED) delivery.throttledSinceMs = lastTryAtMs;
  if (CREDENTIAL_STATUSES.has(spent.status ?? 0)) delivery.refusedSinceMs = lastTryAtMs;
  const reason = fateOfSpent(spent, rulesOf(route), policy);
  if (reason === undefined) return;
  const answer = spent.status === undefined ? 'was not answered' : `was answered ${spent.status}`;
  const error = {
    code: spent.status === undefined ? 'UPSTREAM_ERROR' : 'UPSTREAM_REJECTED',
    message: `its last call ${answer}, before a restart or a rebalance`,
  };
  delivery.disposition = { kind: 'park', route, reason, error };
}

function rulesOf({ definition, success, transient }: CompiledRoute) {
  const isIdempotent = IDEMPOTENT_METHODS.has(definition.request.method);
  return { success, transient, repeatable: definition.idempotency.honoured || isIdempotent };
}
