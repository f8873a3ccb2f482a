import {
  backoffMs,
  type Clock,
  type Counter,
  type Random,
  type RetryBudget,
  type Timers,
  type UpstreamDefinition,
} from '@netscope/domain';

import { type AttemptEnd, abortedEnd } from '../attempt-end.ts';
import type { CallState, Repetition } from '../call-state.ts';
import type { Layer } from '../layer.ts';
import { roundMs } from '../round-ms.ts';

export interface RetryParts {
  readonly policy: UpstreamDefinition['retry'];
  readonly budget: RetryBudget;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly retries: Counter;
  readonly exhausted: Counter;
}

/**
 * Repeats what is worth repeating and may be repeated (invariant I1), within the deadline and the
 * budget; past either the last end stands.
 */
export function retryLayer(parts: RetryParts): Layer {
  const { policy, budget, clock } = parts;

  return (beside) => {
    return {
      inward: (call) => {
        budget.earn(call.nowMs);
        beside.inward(call);
      },
      outward: (call, end) => {
        const { repetition } = call;
        // The circuit refused it, or no connection came free: the answer that was had stands.
        const isUnbegun = end.attempt === undefined && end.outcome !== 'aborted';
        if (repetition !== undefined && isUnbegun) return beside.outward(call, repetition.last);
        if (repetition !== undefined && end.attempt !== undefined) parts.retries.inc();
        const step = (repetition?.step ?? 0) + 1;
        if (step >= policy.attempts || !mayRepeat(call, end)) return beside.outward(call, end);
        repeat(call, { last: end, step });
      },
    };

    function repeat(call: CallState, repetition: Repetition): void {
      const waitMs = leaveToRepeat(call, repetition.step);
      if (waitMs === undefined) return beside.outward(call, repetition.last);
      call.repetition = repetition;
      const beganMs = clock.monotonicMs();
      call.continueAfter(call.sleep(waitMs, parts.timers), () => {
        if (call.isAborted) return beside.outward(call, abortedEnd());
        call.nowMs = clock.monotonicMs();
        // As it was: a timer may be a millisecond early, and a busy event loop late.
        call.backoffMs = roundMs(call.nowMs - beganMs);
        beside.inward(call);
      });
    }
  };

  /** The wait before the repetition; undefined where deadline or budget forbid it. */
  function leaveToRepeat(call: CallState, step: number): number | undefined {
    const waitMs = roundMs(backoffMs(policy, step, parts.random.float()));
    const nowMs = clock.monotonicMs();
    if (nowMs + waitMs >= call.deadlineAtMs) return undefined;
    if (budget.spend(nowMs)) return waitMs;
    parts.exhausted.inc();
    return undefined;
  }
}

function mayRepeat(call: CallState, end: AttemptEnd): boolean {
  if (call.isAborted || end.attempt === undefined) return false;
  return isTransient(call, end) && (call.request.repeatable || !end.bytesLeft);
}

function isTransient(call: CallState, end: AttemptEnd): boolean {
  if (end.outcome === 'responded') {
    return end.throttle === undefined && call.request.transient.has(end.status);
  }
  if (end.outcome === 'timed_out') {
    // The upstream has answered: to ask again would add to what our own loop is late with.
    return end.timeoutType !== 'global' && end.error.code !== 'LOCAL_EVENT_LOOP';
  }
  return end.outcome !== 'aborted' && end.error.kind === 'transient';
}
