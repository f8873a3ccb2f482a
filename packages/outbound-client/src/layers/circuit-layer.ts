import { type AttemptEvidence, circuitVerdict } from '@netscope/domain';

import { type AttemptEnd, refusedEnd } from '../attempt-end.ts';
import type { Circuit } from '../circuit.ts';
import type { Layer } from '../layer.ts';

/** Judges attempts; refuses one that would begin while the circuit is open. */
export function circuitLayer(circuit: Circuit): Layer {
  return (next) => async (call) => {
    const ticket = circuit.begin(call.ticket, call.nowMs);
    call.ticket = ticket;
    if (ticket === undefined) return refusedEnd('CIRCUIT_OPEN', 'the circuit is open');
    const end = await next(call);
    const evidence = evidenceOf(end);
    circuit.settle(ticket, circuitVerdict(evidence), evidence);
    return end;
  };
}

function evidenceOf(end: AttemptEnd): AttemptEvidence {
  const isAnswer = end.outcome === 'responded';
  return {
    outcome: end.outcome,
    status: isAnswer ? end.status : undefined,
    errorCode: isAnswer ? undefined : end.error.code,
    timeoutType: end.outcome === 'timed_out' ? end.timeoutType : undefined,
    throttled: isAnswer && end.throttle !== undefined,
    reached: end.reached,
  };
}
