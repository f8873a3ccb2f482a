import type { StoredEvent } from './audit-trail.ts';
import { counterTotal } from './metrics.ts';

/** What REST, Prometheus, the live feed and the audit trail all tell of calls, since the start. */
export interface CallTotals {
  readonly requests: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly retries: number;
  readonly attempts: number;
}

/** What a call came to, in a word: its status, or the code of its error. */
export function endOfCall(outcome: string, status?: number, errorCode?: string): string {
  return `${outcome} ${errorCode ?? status}`;
}

/** Of a scrape. */
export function totalsOfScrape(metrics: string): CallTotals {
  const total = (name: string): number => counterTotal(metrics, `netscope_${name}_total`);
  return {
    requests: total('requests'),
    errors: total('errors'),
    timeouts: total('timeouts'),
    retries: total('retries'),
    attempts: total('attempts'),
  };
}

/** Of the events of calls in a trail. */
export function totalsOfTrail(calls: readonly StoredEvent[]): CallTotals {
  const sum = (of: (event: StoredEvent) => number | undefined): number =>
    calls.reduce((total, event) => total + (of(event) ?? Number.NaN), 0);
  return {
    requests: calls.length,
    errors: calls.filter(({ event_type }) => event_type === 'request.failed').length,
    timeouts: sum(({ resilience }) => resilience?.timeout_count),
    retries: sum(({ resilience }) => resilience?.retry_count),
    attempts: sum(({ network }) => network?.attempts.length),
  };
}
