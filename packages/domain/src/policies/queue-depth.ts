import type { ResilienceSnapshot } from '../model/resilience-snapshot.ts';

/**
 * The one number that is called queue depth wherever it is told: records of the source and other
 * callers that wait for an upstream. `waitingByUpstream`: those records.
 */
export function queueDepthOf(
  { upstream, callersQueued }: Pick<ResilienceSnapshot, 'upstream' | 'callersQueued'>,
  waitingByUpstream: Readonly<Record<string, number>>,
): number {
  const waiting = Object.hasOwn(waitingByUpstream, upstream) ? waitingByUpstream[upstream] : 0;
  return callersQueued + (waiting ?? 0);
}
