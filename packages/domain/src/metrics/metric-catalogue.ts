/**
 * Every metric there is: its help and its labels, from the allow-list of `interfaces.md`. Names go
 * out with the prefix `netscope_`; units are base units.
 */
export const COUNTERS = {
  requests_total: {
    help: 'Calls that ended, whatever they came to.',
    labels: ['route_group', 'upstream', 'outcome', 'status_class'],
  },
  errors_total: {
    help: 'Calls that did not deliver.',
    labels: ['route_group', 'upstream', 'outcome', 'status_class'],
  },
  timeouts_total: {
    help: 'Attempts that timed out; `local_event_loop`: the kernel had the answer and we were late.',
    labels: ['upstream', 'timeout_type'],
  },
  retries_total: { help: 'Attempts after the first of a call.', labels: ['upstream'] },
  attempts_total: { help: 'HTTP requests begun.', labels: ['upstream', 'outcome'] },
  connection_opens_total: {
    help: 'Connections by the first attempt that each carried.',
    labels: ['upstream'],
  },
  connection_reuses_total: {
    help: 'Attempts on a connection that had carried another before.',
    labels: ['upstream'],
  },
  connection_retransmits_total: {
    help: 'Segments sent again during attempts; on HTTP/2 once for each attempt under way.',
    labels: ['upstream'],
  },
  throttled_total: { help: 'Responses that asked to wait.', labels: ['upstream'] },
  rate_limit_exceeded_total: {
    help: 'Calls over a rate limit that is observed; one that is enforced has them wait.',
    labels: ['upstream'],
  },
  retry_budget_exhausted_total: {
    help: 'Retries that the budget did not allow.',
    labels: ['upstream'],
  },
  circuit_transitions_total: { help: 'Changes of the circuit.', labels: ['upstream', 'state'] },
  responses_truncated_total: {
    help: 'Responses whose body went past its bound.',
    labels: ['upstream'],
  },
  records_total: { help: 'Records settled.', labels: ['topic', 'outcome'] },
  records_quarantined_total: { help: 'Records set aside.', labels: ['topic', 'reason'] },
  records_skipped_total: { help: 'Records settled without a call.', labels: ['topic', 'reason'] },
  dead_letter_write_errors_total: {
    help: 'Dead letters that could not be written and are tried again.',
    labels: ['topic'],
  },
  commits_total: { help: 'Offset commits acknowledged by the source.', labels: ['topic'] },
  commit_errors_total: { help: 'Offset commits that failed.', labels: [] },
  rebalances_total: { help: 'Rebalances of the consumer group.', labels: [] },
  offsets_lost_total: {
    help: 'Committed offsets that the log did not hold.',
    labels: ['topic', 'action'],
  },
  audit_events_total: { help: 'Audit events made durable.', labels: ['event_type'] },
  audit_writes_total: { help: 'Objects written to the audit store.', labels: [] },
  audit_write_errors_total: { help: 'Writes that the audit store failed.', labels: ['reason'] },
  audit_events_dropped_total: { help: 'Audit events not recorded.', labels: ['reason'] },
  series_overflowed_total: {
    help: 'Look-ups of a series that the cap refused; they count as `__overflow__`.',
    labels: ['metric'],
  },
  operator_actions_total: { help: 'What operators did by hand.', labels: ['target', 'action'] },
  park_guard_pauses_total: {
    help: 'Routes paused because they parked too many records.',
    labels: ['route_group'],
  },
  ws_dropped_events_total: { help: 'Live events a client was too slow for.', labels: ['reason'] },
} as const satisfies Catalogue;

export const HISTOGRAMS = {
  request_duration_seconds: {
    help: 'The whole call: attempts, waits between them and for a connection.',
    labels: ['route_group', 'upstream'],
  },
  phase_duration_seconds: {
    help: 'Phases of an attempt.',
    labels: ['upstream', 'phase'],
  },
  verdict_seconds: {
    help: 'Time of a call by the party that held it up.',
    labels: ['upstream', 'party'],
  },
  connection_rtt_seconds: {
    help: "The kernel's smoothed round-trip time at the end of each attempt.",
    labels: ['upstream'],
  },
  record_age_seconds: {
    help: 'From the timestamp of a record to its settling.',
    labels: ['topic'],
  },
} as const satisfies Catalogue;

export const GAUGES = {
  topic_missing: {
    help: 'A topic to be read is not in the cluster, 1, or is, 0.',
    labels: ['topic'],
  },
  queue_depth: {
    help: 'Records and other callers that wait for an upstream.',
    labels: ['upstream'],
  },
  inflight_requests: { help: 'Calls admitted and not ended.', labels: ['upstream'] },
  amplification_ratio: {
    help: 'Attempts over calls, of the calls that ended in the last 30 to 60 s.',
    labels: ['upstream'],
  },
  inflight_limit: {
    help: 'Calls that may be in flight now, by bulkhead.in_flight and, on HTTP/1.1, connections.max; moves where bulkhead.adaptive is on.',
    labels: ['upstream'],
  },
  pool_saturation: { help: 'In-flight calls over their limit, 0 to 1.', labels: ['upstream'] },
  circuit_state: { help: '1 for the state that the circuit is in.', labels: ['upstream', 'state'] },
  retry_budget_left: { help: 'Retries that the budget allows now.', labels: ['upstream'] },
  connections_open: { help: 'Open connections.', labels: ['upstream'] },
  connection_min_rtt_seconds: {
    help: 'The least round-trip time that the connection of the last attempt saw of late.',
    labels: ['upstream'],
  },
  records_in_flight: { help: 'Records admitted and not settled.', labels: [] },
  records_waiting: { help: 'Records taken over and not admitted.', labels: [] },
  waiting_bytes: { help: 'Bytes of the records that wait.', labels: [] },
  waiting_bytes_max: { help: 'Past so many their partitions pause.', labels: [] },
  waiting_seconds_left: {
    help: 'Until then at the growth of the last 10 to 60 s; absent while they do not grow.',
    labels: [],
  },
  oldest_waiting_seconds: { help: 'Age of the record that has waited longest.', labels: [] },
  records_held: { help: 'Waiting records of a paused topic or route.', labels: [] },
  upstream_paused: { help: '1 while an operator holds its intake.', labels: ['upstream'] },
  topic_paused: { help: '1 while an operator holds its intake.', labels: ['topic'] },
  routes_paused: { help: 'Routes that their park guard paused.', labels: ['route_group'] },
  partitions_assigned: { help: 'Partitions held.', labels: ['topic'] },
  partitions_paused: { help: 'Partitions held back by backpressure.', labels: ['topic'] },
  partitions_lost: {
    help: 'Partitions held until a seek: the log does not hold their offset.',
    labels: ['topic'],
  },
  offset_map_bytes: {
    help: 'The largest offset map of a partition, as it went with its last commit.',
    labels: ['topic'],
  },
  offset_map_bytes_max: {
    help: 'What the broker takes of it; a partition pauses before it is full.',
    labels: ['topic'],
  },
  consumer_lag_records: { help: 'Log end minus committed.', labels: ['topic'] },
  consumer_lag_seconds: { help: 'Age of the oldest record not committed.', labels: ['topic'] },
  audit_backlog_events: { help: 'Audit events durable here, not yet in the store.', labels: [] },
  audit_backlog_bytes: { help: 'Their bytes.', labels: [] },
  audit_flush_lag_seconds: {
    help: 'Age of the oldest audit event not yet in the store.',
    labels: [],
  },
  audit_spool_bytes: { help: 'Bytes of the spool on disk.', labels: [] },
  audit_store_up: { help: '1 while the audit store takes writes.', labels: [] },
  ws_clients: { help: 'Live event clients.', labels: [] },
  event_loop_lag_seconds: { help: 'The 99th percentile of the event loop delay.', labels: [] },
  config_last_reload_successful: { help: '1 where the last load was good.', labels: [] },
  build_info: { help: 'Always 1.', labels: ['version', 'node_version'] },
} as const satisfies Catalogue;

interface MetricDefinition {
  readonly help: string;
  readonly labels: readonly string[];
}

type Catalogue = Readonly<Record<string, MetricDefinition>>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;
export type GaugeName = keyof typeof GAUGES;

type Definitions = typeof COUNTERS & typeof HISTOGRAMS & typeof GAUGES;

/** The labels of one metric, each by its name. */
export type LabelsOf<N extends keyof Definitions> = Readonly<
  Record<Definitions[N]['labels'][number], string>
>;
