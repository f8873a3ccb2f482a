import { type AttemptEvidence, circuitVerdict } from '@netscope/domain';

import { type AttemptEnd, refusedEnd } from '../attempt-end.ts';
import type { Circuit } from '../circuit.ts';
import type { Layer } from '../layer.ts';

/** Judges attempts; refuses one that would begin while the circuit is open. */
export function circuitLayer(circuit: Circuit): Layer {
  return (beside) => ({
    inward: (call) => {
      call.ticket = circuit.begin(call.ticket, call.nowMs);
      if (call.ticket !== undefined) beside.inward(call);
      else beside.outward(call, refusedEnd('CIRCUIT_OPEN', 'the circuit is open'));
    },
    outward: (call, end) => {
      const evidence = evidenceOf(end);
      if (call.ticket !== undefined) {
        circuit.settle(call.ticket, circuitVerdict(evidence), evidence);
      }
      beside.outward(call, end);
    },
  });
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
