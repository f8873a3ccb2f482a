import type { Clock } from '@netscope/domain';

import { type AttemptEnd, abortedEnd, overdueEnd, refusedEnd } from '../attempt-end.ts';
import type { Bulkhead, BulkheadEntry } from '../bulkhead.ts';
import type { CallState } from '../call-state.ts';
import type { Layer } from '../layer.ts';

/**
 * Callers that were not admitted get their permit here, once; it stays theirs through backoffs. It
 * is given back where the call ends, when its attempts have really settled.
 */
export function bulkheadLayer(bulkhead: Bulkhead, clock: Clock): Layer {
  return (beside) => {
    return { inward: (call) => (call.holdsSlot ? beside.inward(call) : enter(call)) };

    function enter(call: CallState): void {
      const entry = bulkhead.enter(call);
      if (typeof entry === 'string') onEntry(call, entry);
      else call.continueAfter(entry, (one) => onEntry(call, one));
    }

    function onEntry(call: CallState, entry: BulkheadEntry): void {
      call.nowMs = clock.monotonicMs();
      if (entry !== 'entered') {
        return beside.outward(call, turnedAway(entry, call.nowMs - call.admittedAtMs));
      }
      call.holdsSlot = true;
      if (call.isAborted) beside.outward(call, abortedEnd());
      else beside.inward(call);
    }
  };
}

function turnedAway(entry: Exclude<BulkheadEntry, 'entered'>, elapsedMs: number): AttemptEnd {
  if (entry === 'aborted') return abortedEnd();
  if (entry === 'overdue') return overdueEnd(elapsedMs);
  const why = entry === 'full' ? 'the queue for it is full' : 'none came free in time';
  return refusedEnd('BULKHEAD_FULL', `no permit for the upstream: ${why}`);
}
