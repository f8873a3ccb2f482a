import type { Clock, Timers } from '@netscope/domain';

import { type AttemptEnd, abortedEnd, refusedEnd } from '../attempt-end.ts';
import type { CallState } from '../call-state.ts';
import type { Layer, Next } from '../layer.ts';

/** What an upstream lets in: its rate limit's tokens and what it asked for by `Retry-After`. */
export interface Intake {
  /** Takes a token; false where there is none, or the upstream asked to wait. */
  take(nowMs: number): boolean;
  /** How long until it is worth asking again. */
  waitMs(nowMs: number): number;
}

/** Callers that were not admitted wait for their token, as long as the deadline allows. */
export function rateLimitLayer(intake: Intake, clock: Clock, timers: Timers): Layer {
  return (next) => (call) => (call.isAdmitted ? next(call) : waitTurn(call, next));

  async function waitTurn(call: CallState, next: Next): Promise<AttemptEnd> {
    if (call.isAborted) return abortedEnd();
    const nowMs = clock.monotonicMs();
    call.nowMs = nowMs;
    if (intake.take(nowMs)) return next(call);
    const waitMs = Math.max(1, intake.waitMs(nowMs));
    if (nowMs + waitMs >= call.deadlineAtMs) {
      return refusedEnd('UPSTREAM_RATE_LIMITED', 'no turn for the upstream within the deadline');
    }
    await call.sleep(waitMs, timers);
    return waitTurn(call, next);
  }
}
