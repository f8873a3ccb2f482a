import {
  circuitStateSchema,
  callWireSchema,
  countSchema,
  liveEventSchema,
  msSchema,
  timestampSchema,
  traceIdSchema,
} from '@netscope/domain';
import { z } from 'zod';

import { queueDepthSchema, shareSchema } from './contract-resilience.ts';

/**
 * Every answer and live event of the API, in wire form (snake_case). Imports zod and the domain
 * only, so that the page's bundle can hold it. Within v1 fields are only added.
 */
export { callWireSchema as callSchema, liveEventSchema };
export type {
  WireAttempt,
  WireAuditDegradedEvent,
  WireBackpressureEvent,
  WireCall,
  WireCircuitChangedEvent,
  WireDropNoticeEvent,
  WireHeartbeatEvent,
  WireIntakeChangedEvent,
  WireLiveEvent,
  WireHostSampledEvent,
  WireOffsetLostEvent,
  WirePhases,
  WireRequestCompletedEvent,
  WireVerdict,
} from '@netscope/domain';

export {
  CONNECTION_ROLES,
  type Connection,
  type ConnectionRole,
  type Connections,
  connectionsSchema,
  type Host,
  type HostHistory,
  hostHistorySchema,
  hostSchema,
} from './contract-host.ts';

export {
  type OperatorAction,
  operatorActionSchema,
  operatorReasonSchema,
  type ResilienceState,
  resilienceStateSchema,
  type UpstreamState,
} from './contract-resilience.ts';

export const WINDOWS = ['1m', '5m', '15m'] as const;

export type WindowName = (typeof WINDOWS)[number];

export const metaSchema = z.object({ trace_id: traceIdSchema, timestamp: timestampSchema });

/** The envelope around every successful answer. */
export interface Success<T> {
  readonly status: 'ok';
  readonly data: T;
  readonly meta: z.infer<typeof metaSchema>;
}

export type SuccessSchema<T extends z.ZodType> = z.ZodObject<{
  status: z.ZodLiteral<'ok'>;
  data: T;
  meta: typeof metaSchema;
}>;

export function successSchema<T extends z.ZodType>(data: T): SuccessSchema<T> {
  return z.object({ status: z.literal('ok'), data, meta: metaSchema });
}

/** The envelope around every refusal and failure. */
export const errorSchema = z.object({
  status: z.literal('error'),
  error: z.object({
    code: z.string().describe('stable; see the table of codes'),
    message: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
  meta: metaSchema,
});

export const livenessSchema = z.object({
  state: z.literal('live'),
  version: z.string(),
  uptime_seconds: z.number().min(0),
});

const stateSchema = z.enum(['up', 'degraded', 'down']);

/** Also in `error.details` of the 503. */
export const readinessSchema = z.object({
  ready: z.boolean(),
  phase: z.enum(['starting', 'running', 'draining']),
  state: stateSchema.describe('the worst of the dependencies'),
  dependencies: z.record(
    z.string(),
    z.object({ state: stateSchema, reason: z.string().optional() }),
  ),
});

/** `null` where no call ended in the window. */
export const latencySchema = z.object({
  p50: msSchema.nullable(),
  p95: msSchema.nullable(),
  p99: msSchema.nullable(),
});

/** Shares, 0 to 1, of the calls whose verdict is known; all 0 where none is. */
export const verdictSharesSchema = z.object({
  network: shareSchema,
  upstream: shareSchema,
  local: shareSchema,
  upstream_or_beyond: shareSchema,
});

const windowFields = {
  requests: countSchema.describe('calls that ended in the window, whatever they came to'),
  errors: countSchema.describe('those that did not deliver'),
  requests_per_sec: z.number().min(0),
  latency_ms: latencySchema,
  error_rate: shareSchema.describe('0 where no call ended'),
  timeouts_total: countSchema.describe('attempts of those calls that timed out'),
  retries_total: countSchema,
  verdict_shares: verdictSharesSchema,
};

/** Calls of one upstream or one route group in the window. */
export const windowStatsSchema = z.object(windowFields);

const totalsSchema = z.object({
  requests: countSchema,
  errors: countSchema,
  timeouts: countSchema,
  retries: countSchema,
  attempts: countSchema,
});

const upstreamNowSchema = z.object({
  ...windowFields,
  pool_saturation: z.number().min(0),
  inflight_requests: countSchema,
  queue_depth: queueDepthSchema,
  circuit_state: circuitStateSchema,
});

const capabilitiesSchema = z.object({
  phases: z.boolean(),
  addresses: z.boolean(),
  tls_facts: z.boolean(),
  socket_facts: z.boolean(),
  receive_stamps: z
    .boolean()
    .describe(
      'first bytes that lie unread for a millisecond are told by the kernel, up to 4,000 a second, and 1,000 while the event loop is busy for long without being late; never those of HTTP/2, nor of the first request of a TLS 1.3 connection',
    ),
  kernel_timeout_check: z.boolean(),
  host: z.boolean(),
});

const sourceNowSchema = z.object({
  kind: z.enum(['kafka', 'embedded']),
  state: z.enum(['starting', 'running', 'rebalancing', 'disconnected', 'stopped']),
  reason: z.string().optional(),
  assigned: z.boolean(),
  partitions: countSchema,
  partitions_paused: countSchema,
  lag_records: countSchema.nullable().describe('of the partitions held; null until it was asked'),
  lag_seconds: z.number().min(0).nullable(),
});

const recordsNowSchema = z.object({
  in_flight: countSchema,
  in_flight_max: countSchema,
  waiting: countSchema,
  waiting_bytes: countSchema,
  waiting_bytes_max: countSchema,
  oldest_waiting_ms: msSchema,
  delivered: countSchema,
  parked: countSchema,
  skipped: countSchema,
});

/** `GET /v1/metrics/network`. */
export const networkMetricsSchema = z.object({
  window: z.enum(WINDOWS),
  window_seconds: z.number().min(0).describe('time covered: less than the window after a start'),
  route_group: z.string().optional().describe('as asked'),
  ...windowFields,
  pool_saturation: z.number().min(0).describe('the highest of the upstreams'),
  inflight_requests: countSchema,
  queue_depth: queueDepthSchema,
  circuit_state: z.record(z.string(), circuitStateSchema).describe('by upstream'),
  totals: totalsSchema.describe("since the process's start; what the counters of /metrics say"),
  upstreams: z.record(z.string(), upstreamNowSchema),
  route_groups: z.record(z.string(), windowStatsSchema),
  source: sourceNowSchema,
  records: recordsNowSchema,
  audit: z.object({
    state: stateSchema,
    backlog_events: countSchema,
    backlog_bytes: countSchema,
    flush_lag_seconds: z.number().min(0),
  }),
  ws: z.object({ clients: countSchema, dropped_events: countSchema }),
  capabilities: capabilitiesSchema,
});

/** `GET /v1/audit/status`; what never happened yet is absent. */
export const auditStatusSchema = z.object({
  store: z.enum(['rgw', 's3', 'directory']),
  state: stateSchema,
  reason: z.string().optional(),
  node: z.string(),
  epoch: z.string(),
  last_seq: countSchema,
  spool_depth: countSchema.describe('events durable here and not yet in the store'),
  backlog_bytes: countSchema,
  spool_bytes: countSchema,
  spool_bytes_max: countSchema,
  reserved_bytes: countSchema,
  segments_pending: countSchema,
  oldest_event: timestampSchema.optional(),
  flush_lag_seconds: z.number().min(0),
  last_shipped: z.object({ key: z.string(), at: timestampSchema, bytes: countSchema }).optional(),
  last_digest: z
    .object({
      key: z.string(),
      sha256: z.string().describe('The head: kept elsewhere, it proves the trail up to here'),
      at: timestampSchema,
      segments: countSchema,
      shipped: z.boolean(),
    })
    .optional(),
  last_error: z.object({ code: z.string(), message: z.string(), at: timestampSchema }).optional(),
  objects_shipped: countSchema,
  write_errors: countSchema,
  dropped: z.record(z.string(), countSchema).describe('events not recorded, by reason'),
  quarantined_segments: countSchema,
  capabilities: z.record(z.string(), z.boolean()).optional().describe('what the store can do'),
});

/** `GET /v1/calls`: newest first, each with its attempts and phases. */
export const callsSchema = z.object({
  calls: z.array(callWireSchema),
  next_cursor: z.string().nullable().describe('for older ones; null where there are none'),
});

export type Meta = z.infer<typeof metaSchema>;
export type ErrorBody = z.infer<typeof errorSchema>;
export type Liveness = z.infer<typeof livenessSchema>;
export type Readiness = z.infer<typeof readinessSchema>;
export type WindowStats = z.infer<typeof windowStatsSchema>;
export type VerdictShares = z.infer<typeof verdictSharesSchema>;
export type NetworkMetrics = z.infer<typeof networkMetricsSchema>;
export type AuditStatusBody = z.infer<typeof auditStatusSchema>;
export type Calls = z.infer<typeof callsSchema>;
