import type { Clock } from '@netscope/domain';

import { abortedEnd, overdueEnd } from '../attempt-end.ts';
import type { Layer } from '../layer.ts';

/** Gives the call its one budget, from its admission on; no layer further in extends it. */
export function deadlineLayer(globalMs: number, clock: Clock): Layer {
  return (beside) => ({
    inward: (call) => {
      const ownMs = call.admittedAtMs + globalMs;
      call.deadlineAtMs = Math.min(ownMs, call.request.deadlineAtMs ?? ownMs);
      if (call.isAborted) return beside.outward(call, abortedEnd());
      call.nowMs = clock.monotonicMs();
      if (call.nowMs < call.deadlineAtMs) beside.inward(call);
      else beside.outward(call, overdueEnd(call.nowMs - call.admittedAtMs));
    },
  });
}
