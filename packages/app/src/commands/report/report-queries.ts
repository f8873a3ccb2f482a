/** Texts of a trail may be of any length. */
const TEXT_MAX = 200;
const CAUSES_MAX = 20;
const UPSTREAMS_MAX = 15;
const SLOWEST_MAX = 10;
/** Enough for a bad day; memory and the page are bounded. */
const CHANGES_MAX = 500;
const HAPPENINGS_MAX = 100;
const LIVES_MAX = 1000;

const CALLS = `event_type in ('request.completed', 'request.failed')`;
const FAILED = `event_type = 'request.failed'`;
const CAUSE = text(`case
  when error_code = 'UPSTREAM_TIMEOUT' and timeout_type is not null
    then 'UPSTREAM_TIMEOUT (' || timeout_type || ')'
  when error_code is not null then error_code
  when status_code is not null then 'status ' || status_code
  else coalesce(outcome, 'unknown') end`);

/** The columns that the queries below read. */
export const REPORT_COLUMNS: ReadonlySet<string> = new Set([
  'timestamp',
  'event_type',
  'node',
  'epoch',
  'request_id',
  'route',
  'outcome',
  'status_code',
  'latency_ms',
  'upstream',
  'retry_count',
  'timeout_count',
  'timeout_type',
  'verdict_party',
  'verdict_network_ms',
  'verdict_upstream_ms',
  'verdict_local_ms',
  'error_code',
  'park_reason',
  'circuit_from',
  'circuit_to',
  'circuit_reason',
  'facts',
]);

/**
 * What a report is made of. Percentiles are estimates (t-digest, within some 1 %): exact ones would
 * need memory for every call.
 */
export const REPORT_QUERIES = {
  totals: `select count(*) as events, min(timestamp) as first, max(timestamp) as last,
      count(*) filter (where ${CALLS}) as calls, count(*) filter (where ${FAILED}) as failed,
      coalesce(sum(retry_count), 0) as retries, coalesce(sum(timeout_count), 0) as timeouts,
      ${quantiles('latency_ms')}
    from events where timestamp is not null`,
  parked: `select ${text('park_reason')} as reason, count(*) as records, count(*) over () as total
    from events where event_type = 'request.quarantined'
    group by reason order by records desc, reason limit ${CAUSES_MAX}`,
  causes: `select ${CAUSE} as cause, ${text('upstream')} as upstream, count(*) as calls,
      min(timestamp) as first, max(timestamp) as last, count(*) over () as total
    from events where ${FAILED}
    group by cause, upstream order by calls desc, cause, upstream limit ${CAUSES_MAX}`,
  parties: `select coalesce(verdict_party, 'not told') as party, count(*) as calls,
      ${quantiles('latency_ms')}, max(latency_ms) as max,
      sum(verdict_network_ms) as network,
      sum(verdict_upstream_ms) filter (where verdict_network_ms is not null) as upstream,
      sum(verdict_upstream_ms) filter (where verdict_network_ms is null) as upstream_or_beyond,
      sum(verdict_local_ms) as local
    from events where ${CALLS} and latency_ms is not null
    group by party order by calls desc, party limit ${CAUSES_MAX}`,
  circuits: `select timestamp, ${text('upstream')}, ${text('node')}, ${text('circuit_from')},
      ${text('circuit_to')}, ${text('circuit_reason')}, ${text('epoch')}, count(*) over () as total
    from events where event_type = 'circuit.changed' and timestamp is not null
    order by timestamp, node limit ${CHANGES_MAX}`,
  lives: `select ${text('node')} as name, ${text('epoch')} as life, min(timestamp), max(timestamp),
      bool_or(event_type = 'system.started'), bool_or(event_type = 'system.stopped')
    from events where timestamp is not null
    group by name, life order by life, name limit ${LIVES_MAX}`,
  slowest: `select timestamp, ${text('upstream')}, ${text('route')}, latency_ms,
      coalesce(outcome, '') || coalesce(' ' || status_code, ''), ${text('verdict_party')},
      ${text('request_id')}
    from events where ${CALLS} and latency_ms is not null and timestamp is not null
    order by latency_ms desc, timestamp limit ${SLOWEST_MAX}`,
  upstreams: `select ${text('upstream')} as name, count(*) as calls,
      count(*) filter (where ${FAILED}) as failed, coalesce(sum(timeout_count), 0) as timeouts,
      coalesce(sum(retry_count), 0) as retries, ${quantiles('latency_ms')},
      coalesce(mode(${CAUSE}) filter (where ${FAILED}), '') as cause, count(*) over () as total
    from events where ${CALLS}
    group by name order by failed desc, calls desc, name limit ${UPSTREAMS_MAX}`,
  happenings: `select timestamp, ${text('node')}, event_type, ${text('facts::varchar')},
      count(*) over () as total
    from events
    where timestamp is not null and (event_type like 'system.%' or event_type in
      ('config.changed', 'operator.action', 'source.offset_lost', 'audit.gap'))
    order by timestamp, node limit ${HAPPENINGS_MAX}`,
} as const;

/** Calls by stretch of time; those without one are left out. */
export function stretchQuery(stretchMs: number): string {
  return `select epoch_ms(timestamp) // ${stretchMs} * ${stretchMs} as start,
      count(*) filter (where not ${FAILED}) as completed, count(*) filter (where ${FAILED}) as failed,
      approx_quantile(latency_ms, 0.5) as p50, approx_quantile(latency_ms, 0.99) as p99
    from events where ${CALLS} and timestamp is not null group by start order by start`;
}

function text(expression: string): string {
  return `coalesce(left(${expression}, ${TEXT_MAX}), '')`;
}

function quantiles(column: string): string {
  return [50, 95, 99]
    .map((percent) => `coalesce(approx_quantile(${column}, ${percent / 100}), 0) as p${percent}`)
    .join(', ');
}
