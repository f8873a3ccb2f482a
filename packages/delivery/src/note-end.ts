import { CREDENTIAL_STATUSES, type Fate, type OutboundResult } from '@netscope/domain';

import type { Delivery } from './delivery.ts';

/** What a call came to, and when: `nowMs` is monotonic. */
interface CallEnd {
  readonly result: OutboundResult;
  readonly fate: Fate;
  readonly nowMs: number;
  readonly wallMs: number;
}

/** Notes on the record what its call came to. */
export function noteEnd(delivery: Delivery, { result, fate, nowMs, wallMs }: CallEnd): void {
  if (spendsTry(fate)) {
    delivery.tries += 1;
    delivery.lastTryWallMs = wallMs;
  }
  // The upstream was not asked: what it last said stands.
  if (isUnbegun(result)) return;
  const status = result.outcome === 'responded' ? result.status : undefined;
  const isThrottled = result.outcome === 'responded' && result.throttle !== undefined;
  const isRefused = status !== undefined && CREDENTIAL_STATUSES.has(status);
  delivery.lastStatus = status;
  delivery.throttledSinceMs = isThrottled ? (delivery.throttledSinceMs ?? nowMs) : undefined;
  delivery.refusedSinceMs = isRefused ? (delivery.refusedSinceMs ?? nowMs) : undefined;
}

function spendsTry(fate: Fate): boolean {
  return fate.kind === 'delivered' || (fate.kind !== 'abandon' && fate.spendsTry);
}

function isUnbegun({ outcome, attempts, bytesLeft }: OutboundResult): boolean {
  return outcome !== 'responded' && attempts.length === 0 && !bytesLeft;
}
