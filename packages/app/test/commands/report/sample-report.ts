import type { IncidentReport } from '../../../src/commands/report/incident-report.ts';

/** What a text of a trail may be at its worst. */
export const EVIL =
  '<script>alert(1)</script>"\'`|\u001B[31m\n# x [a](javascript:alert(1)) <img src=x>';

const MINUTE_MS = 60_000;
const NOON_MS = 1_795_262_400_000;

/** A report of five minutes with one of everything, its texts as given. */
export function sampleReport(text = 'partner'): IncidentReport {
  const at = '2026-11-21T12:01:00.000Z';
  return {
    first: '2026-11-21T12:00:00.000Z',
    last: '2026-11-21T12:04:59.000Z',
    events: 12_345,
    refused: 2,
    calls: 12_000,
    failed: 600,
    retries: 40,
    timeouts: 7,
    latency: { p50Ms: 20, p95Ms: 250, p99Ms: 1500 },
    parked: { items: [{ reason: text, records: 3 }], total: 1 },
    stretchMs: MINUTE_MS,
    stretches: [100, 200, 0, 4000, 7700].map((calls, index) => ({
      startMs: NOON_MS + index * MINUTE_MS,
      completed: calls * 0.9,
      failed: calls * 0.1,
      p50Ms: calls === 0 ? undefined : 20,
      p99Ms: calls === 0 ? undefined : calls / 5,
    })),
    causes: {
      items: [{ cause: text, upstream: text, calls: 600, first: at, last: at }],
      total: 30,
    },
    parties: [
      {
        party: text,
        calls: 12_000,
        p50Ms: 20,
        p95Ms: 250,
        p99Ms: 1500,
        maxMs: 90_000,
        networkMs: 1000,
        upstreamMs: 8000,
        upstreamOrBeyondMs: undefined,
        localMs: 1000,
      },
    ],
    circuits: {
      items: [
        { at, upstream: text, node: text, epoch: '1', from: 'closed', to: 'open', reason: text },
        {
          at: '2026-11-21T12:02:00.000Z',
          upstream: text,
          node: text,
          epoch: '1',
          from: 'open',
          to: text,
          reason: text,
        },
      ],
      total: 2,
    },
    lives: [{ node: text, epoch: '1', first: at, last: at, isStarted: false, isStopped: false }],
    slowest: [
      {
        at,
        upstream: text,
        route: text,
        latencyMs: 90_000,
        outcome: text,
        party: text,
        requestId: text,
      },
    ],
    upstreams: {
      items: [
        {
          upstream: text,
          calls: 12_000,
          failed: 600,
          timeouts: 7,
          retries: 40,
          p50Ms: 20,
          p99Ms: 1500,
          mainCause: text,
        },
      ],
      total: 1,
    },
    happenings: { items: [{ at, node: text, eventType: text, facts: text }], total: 1 },
  };
}
