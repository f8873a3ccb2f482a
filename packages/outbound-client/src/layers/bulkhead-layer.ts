import type { Clock } from '@netscope/domain';

import { type AttemptEnd, abortedEnd, overdueEnd, refusedEnd } from '../attempt-end.ts';
import type { Bulkhead, BulkheadEntry } from '../bulkhead.ts';
import type { CallState } from '../call-state.ts';
import type { Layer, Next } from '../layer.ts';

/**
 * Callers that were not admitted get their permit here, once; it stays theirs through backoffs. It
 * is given back where the call ends, when its attempts have really settled.
 */
export function bulkheadLayer(bulkhead: Bulkhead, clock: Clock): Layer {
  return (next) => (call) => (call.holdsSlot ? next(call) : enter(call, next));

  async function enter(call: CallState, next: Next): Promise<AttemptEnd> {
    const entry = await bulkhead.enter(call);
    call.nowMs = clock.monotonicMs();
    if (entry !== 'entered') return turnedAway(entry, call.nowMs - call.admittedAtMs);
    call.holdsSlot = true;
    return call.isAborted ? abortedEnd() : next(call);
  }
}

function turnedAway(entry: Exclude<BulkheadEntry, 'entered'>, elapsedMs: number): AttemptEnd {
  if (entry === 'aborted') return abortedEnd();
  if (entry === 'overdue') return overdueEnd(elapsedMs);
  const why = entry === 'full' ? 'the queue for it is full' : 'none came free in time';
  return refusedEnd('BULKHEAD_FULL', `no permit for the upstream: ${why}`);
}
