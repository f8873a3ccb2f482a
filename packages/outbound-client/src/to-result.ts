import type { CallFacts, CircuitStateName, OutboundResult } from '@netscope/domain';

import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';
import type { OwnAddresses } from './own-addresses.ts';

export interface ResultParts {
  readonly circuitState: CircuitStateName;
  readonly addresses: OwnAddresses;
}

/** A call's end with everything that is known of it. */
export function toResult(call: CallState, end: AttemptEnd, parts: ResultParts): OutboundResult {
  const facts = factsOf(call, parts);
  if (end.outcome === 'responded') {
    const { outcome, status, throttle, response, truncated } = end;
    return { ...facts, outcome, status, throttle, response, truncated };
  }
  if (end.outcome === 'timed_out') {
    const { outcome, timeoutType, elapsedMs, error } = end;
    return { ...facts, outcome, timeoutType, elapsedMs, error };
  }
  return { ...facts, outcome: end.outcome, error: end.error };
}

function factsOf(call: CallState, parts: ResultParts): CallFacts {
  const { attempts } = call;
  const own = parts.addresses.of(attempts.at(-1));
  return {
    latencyMs: call.latencyMs,
    bytesSent: sum(call, 'bytesSent'),
    bytesReceived: sum(call, 'bytesReceived'),
    attempts,
    retryCount: Math.max(0, attempts.length - 1),
    timeoutCount: call.timeoutCount,
    lastTimeout: call.lastTimeout,
    circuitState: parts.circuitState,
    verdict: call.verdict,
    internalIp: own.internalIp,
    externalIp: own.externalIp,
    remoteAddress: own.remoteAddress,
    bytesLeft: call.bytesLeft,
  };
}

function sum(call: CallState, field: 'bytesSent' | 'bytesReceived'): number {
  let total = 0;
  for (const attempt of call.attempts) total += attempt[field];
  return total;
}
