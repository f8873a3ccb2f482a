import type { Clock, Timers } from '@netscope/domain';

import { abortedEnd, refusedEnd } from '../attempt-end.ts';
import type { CallState } from '../call-state.ts';
import type { Layer } from '../layer.ts';

/** What an upstream lets in: its rate limit's tokens and what it asked for by `Retry-After`. */
export interface Intake {
  /** Takes a token; false where there is none, or the upstream asked to wait. */
  take(nowMs: number): boolean;
  /** How long until it is worth asking again. */
  waitMs(nowMs: number): number;
}

/** Callers that were not admitted wait for their token, as long as the deadline allows. */
export function rateLimitLayer(intake: Intake, clock: Clock, timers: Timers): Layer {
  return (beside) => {
    return { inward: (call) => (call.isAdmitted ? beside.inward(call) : waitTurn(call)) };

    function waitTurn(call: CallState): void {
      if (call.isAborted) return beside.outward(call, abortedEnd());
      const nowMs = clock.monotonicMs();
      call.nowMs = nowMs;
      if (intake.take(nowMs)) return beside.inward(call);
      const waitMs = Math.max(1, intake.waitMs(nowMs));
      if (nowMs + waitMs >= call.deadlineAtMs) {
        const why = 'no turn for the upstream within the deadline';
        return beside.outward(call, refusedEnd('UPSTREAM_RATE_LIMITED', why));
      }
      call.continueAfter(call.sleep(waitMs, timers), () => waitTurn(call));
    }
  };
}
