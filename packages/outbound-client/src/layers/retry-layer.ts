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
import type { CallState } from '../call-state.ts';
import type { Layer, Next } from '../layer.ts';
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

  return (next) => async (call) => {
    budget.earn(call.nowMs);
    const end = await next(call);
    return policy.attempts > 1 && mayRepeat(call, end) ? repeat(call, { next, end, step: 1 }) : end;
  };

  async function repeat(call: CallState, last: Repetition): Promise<AttemptEnd> {
    const waitMs = leaveToRepeat(call, last.step);
    if (waitMs === undefined) return last.end;
    await call.sleep(waitMs, parts.timers);
    if (call.isAborted) return abortedEnd();
    call.backoffMs = waitMs;
    call.nowMs = clock.monotonicMs();
    const end = await last.next(call);
    // The circuit refused it meanwhile: the answer that was had stands.
    if (end.attempt === undefined && end.outcome === 'refused') return last.end;
    parts.retries.inc();
    const step = last.step + 1;
    if (step >= policy.attempts || !mayRepeat(call, end)) return end;
    return repeat(call, { next: last.next, end, step });
  }

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

interface Repetition {
  readonly next: Next;
  readonly end: AttemptEnd;
  /** 1 for the first repetition. */
  readonly step: number;
}

function mayRepeat(call: CallState, end: AttemptEnd): boolean {
  if (call.isAborted || end.attempt === undefined) return false;
  return isTransient(call, end) && (call.request.repeatable || !end.bytesLeft);
}

function isTransient(call: CallState, end: AttemptEnd): boolean {
  if (end.outcome === 'responded') {
    return end.throttle === undefined && call.request.transient.has(end.status);
  }
  if (end.outcome === 'timed_out') return end.timeoutType !== 'global';
  return end.outcome !== 'aborted' && end.error.kind === 'transient';
}
