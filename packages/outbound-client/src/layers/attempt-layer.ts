import type { AttemptEnd } from '../attempt-end.ts';
import type { CallState } from '../call-state.ts';
import type { Next } from '../layer.ts';
import type { Transport } from '../transport.ts';

/** Hears what each attempt came to, in the call's own time. */
export type AttemptListener = (call: CallState, end: AttemptEnd) => void;

/** Innermost: sends the request and notes the attempt on its call. */
export function attemptLayer(transport: Transport, onAttempt: AttemptListener): Next {
  return async (call) => {
    const end = await transport.send(call);
    if (end.attempt !== undefined) call.attempts.push(end.attempt);
    if (end.outcome === 'timed_out') call.timeoutCount += 1;
    call.bytesLeft ||= end.bytesLeft;
    call.lingering = end.lingering;
    onAttempt(call, end);
    return end;
  };
}
