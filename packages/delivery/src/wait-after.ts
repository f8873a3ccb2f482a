import {
  backoffCeilingMs,
  type DeliveryPolicy,
  type OutboundResult,
  type Random,
} from '@netscope/domain';

import type { Delivery } from './delivery.ts';

/**
 * How long a record waits before it asks for admission again, ms: as long as the upstream told, else
 * half to the whole of a doubling delay. Never near nothing: tries are spent by time, not by chance.
 */
export function waitAfter(
  facts: {
    readonly delivery: Delivery;
    readonly result: OutboundResult;
    readonly throttled: boolean;
    readonly policy: DeliveryPolicy;
  },
  { random }: { readonly random: Random },
): number {
  const { delivery, result, throttled, policy } = facts;
  if (throttled && result.outcome === 'responded') {
    const toldMs = result.throttle?.retryAfterMs;
    if (toldMs !== undefined) return toldMs;
  }
  const backoff = { baseMs: policy.backoffBaseMs, capMs: policy.backoffCapMs };
  const ceilingMs = backoffCeilingMs(backoff, Math.max(1, delivery.tries));
  return ceilingMs * (0.5 + 0.5 * random.float());
}
