import {
  AdaptiveLimit,
  callsAtOnce,
  type PhasesMs,
  type UpstreamDefinition,
} from '@netscope/domain';

import type { AttemptEnd } from './attempt-end.ts';

/** How many attempts may be in flight at an upstream. */
export interface InFlightLimit {
  /** At least 1. */
  readonly now: number;
  /** Hears one attempt; true where `now` has risen. `inFlight` counts the attempt itself. */
  hear(end: AttemptEnd, inFlight: number, nowMs: number): boolean;
}

/**
 * The configured limit, as far as there are connections for it, or one that follows what answers
 * take and never passes that.
 */
export function inFlightLimit(definition: UpstreamDefinition, nowMs: number): InFlightLimit {
  const { origin, bulkhead, connections } = definition;
  const max = callsAtOnce({
    origin,
    inFlight: bulkhead.inFlight,
    connections: connections.max,
    http2: connections.http2,
  });
  return bulkhead.adaptive ? new FollowingLimit(max, nowMs) : { now: max, hear: () => false };
}

const MS_PER_US = 0.001;
const OVERLOADED = 503;

class FollowingLimit implements InFlightLimit {
  readonly #limit: AdaptiveLimit;

  constructor(max: number, nowMs: number) {
    this.#limit = new AdaptiveLimit({ max }, nowMs);
  }

  get now(): number {
    return this.#limit.limit;
  }

  hear(end: AttemptEnd, inFlight: number, nowMs: number): boolean {
    const { attempt } = end;
    const isDropped = saysOverloaded(end);
    if (attempt === undefined || (end.outcome !== 'responded' && !isDropped)) return false;
    const before = this.#limit.limit;
    const networkMs = (attempt.socket?.minRttUs ?? 0) * MS_PER_US;
    const totalMs = onTheWireMs(attempt.phasesMs);
    this.#limit.hear({ totalMs, networkMs, inFlight, isDropped }, nowMs);
    return this.#limit.limit > before;
  }
}

/** Only what load can be the cause of: a refused connection is the circuit's business. */
function saysOverloaded(end: AttemptEnd): boolean {
  if (end.outcome === 'timed_out') return end.timeoutType === 'read';
  return end.outcome === 'responded' && (end.throttle !== undefined || end.status === OVERLOADED);
}

/** Without the wait for a connection and its making: those are not the upstream's load. */
function onTheWireMs({ write = 0, wait = 0, download = 0 }: PhasesMs): number {
  return write + wait + download;
}
