import { type IntakeHold, isoTimestamp, type ResilienceSnapshot } from '@netscope/domain';

import type { ResilienceState, UpstreamState } from '../contract.ts';

/** `queueDepth`: records of the source and other callers that wait for this upstream. */
export function upstreamStateDto(snapshot: ResilienceSnapshot, queueDepth: number): UpstreamState {
  const { timeouts, retry, budget, rateLimit, throttledRemainingMs, connections } = snapshot;
  return {
    timeouts: {
      connect_ms: timeouts.connectMs,
      read_ms: timeouts.readMs,
      global_ms: timeouts.globalMs,
    },
    retry: {
      attempts: retry.attempts,
      base_ms: retry.baseMs,
      cap_ms: retry.capMs,
      amplification: retry.amplification,
    },
    budget: { ratio: budget.ratio, min_per_second: budget.minPerSecond, left: budget.left },
    ...standingDto(snapshot),
    circuit: circuitDto(snapshot),
    bulkhead: {
      in_flight: snapshot.inFlight,
      in_flight_max: snapshot.inFlightMax,
      adaptive: snapshot.isAdaptive,
      queue_depth: queueDepth,
      queue_capacity: snapshot.queueCapacity,
      saturation: snapshot.saturation,
    },
    rate_limit: {
      per_second: rateLimit.perSecond,
      burst: rateLimit.burst,
      mode: rateLimit.mode,
      state: rateLimit.state,
      ...(rateLimit.left === undefined ? {} : { left: rateLimit.left }),
    },
    backpressure: {
      capacity: snapshot.queueCapacity,
      depth: snapshot.callersQueued,
      policy: 'reject',
      records_waiting: queueDepth - snapshot.callersQueued,
      records_policy: 'pause',
    },
    ...(throttledRemainingMs === undefined
      ? {}
      : { throttled_remaining_ms: wholeMs(throttledRemainingMs) }),
    connections: { open: connections.open, busy: connections.busy, max: connections.max },
  };
}

export function holdDto(hold: IntakeHold): ResilienceState['holds'][number] {
  const { target, name, by, reason, sinceMs } = hold;
  return { target, name, by, reason, since: isoTimestamp(sinceMs) };
}

function standingDto(snapshot: ResilienceSnapshot): Pick<UpstreamState, 'state' | 'pause'> {
  const { circuit, pause } = snapshot;
  const state = circuit.state === 'isolated' ? 'isolated' : pauseState(pause);
  if (pause === undefined) return { state };
  return { state, pause: { reason: pause.reason, since: isoTimestamp(pause.sinceMs) } };
}

function pauseState(pause: ResilienceSnapshot['pause']): 'paused' | 'running' {
  return pause === undefined ? 'running' : 'paused';
}

function circuitDto({ circuit }: ResilienceSnapshot): UpstreamState['circuit'] {
  const { openRemainingMs } = circuit;
  return {
    state: circuit.state,
    since: isoTimestamp(circuit.sinceMs),
    reason: circuit.reason,
    mode: circuit.mode,
    threshold: circuit.threshold,
    window_attempts: circuit.windowAttempts,
    window_failures: circuit.windowFailures,
    ...(openRemainingMs === undefined ? {} : { open_remaining_ms: wholeMs(openRemainingMs) }),
  };
}

/** A wait that is left, rounded up: it is never over before it says so. */
function wholeMs(remainingMs: number): number {
  return Math.max(0, Math.ceil(remainingMs));
}
