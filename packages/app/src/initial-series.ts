import {
  AUDIT_EVENT_TYPES,
  type MetricsRecorder,
  type OffsetLoss,
  PARK_REASONS,
  type RouteDefinition,
} from '@netscope/domain';

const ANSWERS = ['2xx', '3xx', '4xx', '5xx'] as const;
const NO_ANSWERS = ['timed_out', 'refused', 'failed'] as const;
const CIRCUIT_STATES = ['closed', 'open', 'half_open', 'isolated'] as const;
const SETTLED = ['delivered', 'parked', 'skipped'] as const;
const OFFSET_LOSS_ACTIONS = [
  'held',
  'earliest',
  'latest',
] as const satisfies readonly OffsetLoss['action'][];
const WS_DROP_REASONS = ['slow_client', 'resume_gap'] as const;
/** What a write to S3 or to a directory fails of, in the words of their stores. */
const STORE_FAILURES = [
  'bad_digest',
  'clock_skew',
  'conflict',
  'credentials',
  'disk',
  'disk_full',
  'etag_mismatch',
  'forbidden',
  'no_bucket',
  'no_folder',
  'quota',
  'refused',
  'server_error',
  'spool_disk',
  'suspended',
  'timeout',
  'unknown',
  'unreachable',
] as const;

export interface SeriesFacts {
  readonly topics: readonly string[];
  readonly upstreams: readonly string[];
  readonly routes: readonly Pick<RouteDefinition, 'group' | 'upstream'>[];
}

/**
 * Begins the counters that alerts look at with 0 for all that is configured: without a sample before
 * its first event a series has no increase, and the first failure after a start is never seen.
 */
export function beginSeries(metrics: MetricsRecorder, facts: SeriesFacts): void {
  for (const topic of facts.topics) beginTopic(metrics, topic);
  for (const upstream of facts.upstreams) {
    metrics.counter('rate_limit_exceeded_total', { upstream });
    for (const state of CIRCUIT_STATES) {
      metrics.counter('circuit_transitions_total', { upstream, state });
    }
  }
  for (const { group, upstream } of facts.routes) {
    if (upstream !== undefined) beginCalls(metrics, group, upstream);
  }
  for (const eventType of AUDIT_EVENT_TYPES) {
    metrics.counter('audit_events_total', { event_type: eventType });
  }
  for (const reason of STORE_FAILURES) metrics.counter('audit_write_errors_total', { reason });
  for (const reason of WS_DROP_REASONS) metrics.counter('ws_dropped_events_total', { reason });
}

function beginTopic(metrics: MetricsRecorder, topic: string): void {
  for (const outcome of SETTLED) metrics.counter('records_total', { topic, outcome });
  for (const reason of PARK_REASONS)
    metrics.counter('records_quarantined_total', { topic, reason });
  metrics.counter('dead_letter_write_errors_total', { topic });
  for (const action of OFFSET_LOSS_ACTIONS)
    metrics.counter('offsets_lost_total', { topic, action });
}

function beginCalls(metrics: MetricsRecorder, group: string, upstream: string): void {
  const labels = { route_group: group, upstream };
  for (const statusClass of ANSWERS) {
    const answered = { ...labels, outcome: 'responded', status_class: statusClass };
    metrics.counter('requests_total', answered);
    metrics.counter('errors_total', answered);
  }
  for (const outcome of NO_ANSWERS) {
    const unanswered = { ...labels, outcome, status_class: 'none' };
    metrics.counter('requests_total', unanswered);
    metrics.counter('errors_total', unanswered);
  }
}
