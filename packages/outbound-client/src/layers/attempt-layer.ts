import type { Attempt } from '@netscope/domain';

import type { AttemptEnd } from '../attempt-end.ts';
import type { CallState } from '../call-state.ts';
import type { Layer } from '../layer.ts';
import type { AttemptListener, Transport } from '../transport.ts';

/** Innermost: sends the request, and notes the attempt on its call in the instant that it ends. */
export function attemptLayer(transport: Transport, onAttempt: AttemptListener): Layer {
  return (beside) => {
    const onEnd: AttemptListener = (call, end) => {
      try {
        if (end.attempt !== undefined) note(call, end, end.attempt);
        call.bytesLeft ||= end.bytesLeft;
        call.lingering = end.lingering;
        onAttempt(call, end);
        beside.outward(call, end);
      } catch (error) {
        // A defect of ours must not look like one of the HTTP client, in whose call this is.
        call.fail(error);
      }
    };
    return { inward: (call) => transport.send(call, onEnd) };
  };
}

function note(call: CallState, end: AttemptEnd, attempt: Attempt): void {
  call.attempts.push(attempt);
  if (end.outcome !== 'timed_out') return;
  call.timeoutCount += 1;
  call.lastTimeout = { timeoutType: end.timeoutType, elapsedMs: end.elapsedMs };
}
