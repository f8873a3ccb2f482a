import type { Next } from '../layer.ts';
import type { AttemptListener, Transport } from '../transport.ts';

/** Innermost: sends the request, and notes the attempt on its call in the instant that it ends. */
export function attemptLayer(transport: Transport, onAttempt: AttemptListener): Next {
  const note: AttemptListener = (call, end) => {
    if (end.attempt !== undefined) call.attempts.push(end.attempt);
    if (end.outcome === 'timed_out') call.timeoutCount += 1;
    call.bytesLeft ||= end.bytesLeft;
    call.lingering = end.lingering;
    onAttempt(call, end);
  };
  return (call) => transport.send(call, note);
}
