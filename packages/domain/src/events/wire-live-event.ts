import { z } from 'zod';

import {
  circuitStateSchema,
  countSchema,
  msSchema,
  outcomeSchema,
  phasesSchema,
  severitySchema,
  timestampSchema,
  traceIdSchema,
  verdictSchema,
} from './wire-parts.ts';

const base = {
  event_version: z.literal('1.0'),
  timestamp: timestampSchema,
  trace_id: traceIdSchema.describe("the call's, else the process's own"),
  severity: severitySchema,
};

/** Sent once for every call, whatever its outcome. */
export const requestCompletedEventSchema = z.object({
  event_type: z.literal('network.request.completed'),
  ...base,
  request_id: z.string(),
  route_group: z.string().optional(),
  upstream: z.string(),
  internal_ip: z.string().optional(),
  external_ip: z.string().optional(),
  status_code: z.int().optional(),
  latency_ms: msSchema.describe('the whole call: attempts and the waits between them'),
  verdict: verdictSchema.optional(),
  retry_count: countSchema,
  timeout_count: countSchema,
  circuit_state: circuitStateSchema,
  outcome: outcomeSchema,
  delivered: z.boolean(),
  method: z.string(),
  attempts: countSchema,
  tries: countSchema.describe('calls spent on the record so far'),
  topic: z.string(),
  partition: countSchema,
  offset: z.string().describe('decimal digits'),
  error_code: z.string().optional(),
  phases_ms: phasesSchema.optional().describe('of the last attempt; absent where none began'),
});

/** Every `interval_ms`: the connection is alive although nothing happens. */
export const heartbeatEventSchema = z.object({
  event_type: z.literal('system.heartbeat'),
  ...base,
  interval_ms: countSchema,
  uptime_seconds: z.number().min(0),
});

export const backpressureEventSchema = z.object({
  event_type: z.literal('system.backpressure.applied'),
  ...base,
  topic: z.string(),
  partition: countSchema,
  state: z.enum(['paused', 'resumed']),
  reason: z.string(),
});

export const circuitChangedEventSchema = z.object({
  event_type: z.literal('system.circuit.changed'),
  ...base,
  upstream: z.string(),
  from: circuitStateSchema,
  to: circuitStateSchema,
  reason: z.string(),
});

/** Calls come faster than an upstream's rate limit, or were not for 10 s. */
export const rateLimitChangedEventSchema = z.object({
  event_type: z.literal('system.rate_limit.changed'),
  ...base,
  upstream: z.string(),
  mode: z.enum(['enforce', 'observe']).describe('with `observe` no call is held'),
  state: z.enum(['within', 'exceeded']),
  reason: z.string(),
});

export const auditDegradedEventSchema = z.object({
  event_type: z.literal('system.audit.degraded'),
  ...base,
  state: z.enum(['up', 'degraded', 'down']),
  reason: z.string(),
});

/** An operator, or a route's park guard, held intake back or let it go. */
export const intakeChangedEventSchema = z.object({
  event_type: z.literal('system.intake.changed'),
  ...base,
  target: z.enum(['upstream', 'topic', 'route']),
  name: z.string(),
  action: z.enum(['isolate', 'release', 'pause', 'resume']),
  by: z.enum(['operator', 'park_guard']),
  state: z.enum(['running', 'paused', 'isolated']),
  reason: z.string(),
  request_id: z.string().optional().describe("of the operator's request"),
});

const offsetSchema = z.string().describe('decimal digits');

/** The log does not hold where the group stands. */
export const offsetLostEventSchema = z.object({
  event_type: z.literal('system.source.offset_lost'),
  ...base,
  topic: z.string(),
  partition: countSchema,
  committed: offsetSchema,
  position: offsetSchema,
  log_start: offsetSchema.optional(),
  log_end: offsetSchema.optional(),
  action: z
    .enum(['held', 'earliest', 'latest'])
    .describe('held until a seek, or the end of the log at which reading goes on'),
});

/** A topic that is read was deleted, or is there again. */
export const topicChangedEventSchema = z.object({
  event_type: z.literal('system.source.topic_changed'),
  ...base,
  topic: z.string(),
  state: z.enum(['missing', 'found']),
});

/** The host and this process at one look. Not repeated for `since`: the history has it. */
export const hostSampledEventSchema = z.object({
  event_type: z.literal('system.host.sampled'),
  ...base,
  values: z
    .record(z.string(), z.number())
    .describe('by their names in `GET /v1/host/history?metric=`'),
});

/** This client was too slow, or resumed from too long ago. Heartbeats are not counted. */
export const dropNoticeEventSchema = z.object({
  event_type: z.literal('system.ws.drop_notice'),
  ...base,
  dropped_events: z.int().min(1).describe('with `resume_gap`: at least this many'),
  reason: z.enum(['slow_client', 'resume_gap']),
});

/** Every message of `/v1/ws/events`, one event a message. */
export const liveEventSchema = z.discriminatedUnion('event_type', [
  requestCompletedEventSchema,
  heartbeatEventSchema,
  backpressureEventSchema,
  circuitChangedEventSchema,
  rateLimitChangedEventSchema,
  auditDegradedEventSchema,
  intakeChangedEventSchema,
  offsetLostEventSchema,
  topicChangedEventSchema,
  hostSampledEventSchema,
  dropNoticeEventSchema,
]);

export type WireRequestCompletedEvent = z.infer<typeof requestCompletedEventSchema>;
export type WireHeartbeatEvent = z.infer<typeof heartbeatEventSchema>;
export type WireBackpressureEvent = z.infer<typeof backpressureEventSchema>;
export type WireCircuitChangedEvent = z.infer<typeof circuitChangedEventSchema>;
export type WireAuditDegradedEvent = z.infer<typeof auditDegradedEventSchema>;
export type WireIntakeChangedEvent = z.infer<typeof intakeChangedEventSchema>;
export type WireOffsetLostEvent = z.infer<typeof offsetLostEventSchema>;
export type WireHostSampledEvent = z.infer<typeof hostSampledEventSchema>;
export type WireDropNoticeEvent = z.infer<typeof dropNoticeEventSchema>;
export type WireLiveEvent = z.infer<typeof liveEventSchema>;
