import { circuitStateSchema, countSchema, msSchema, timestampSchema } from '@netscope/domain';
import { z } from 'zod';

/** A part of a whole, 0 to 1. */
export const shareSchema = z.number().min(0).max(1);

/** Of one upstream, or of all. */
export const queueDepthSchema = countSchema.describe('records and other callers that wait');

const standingSchema = z.enum(['running', 'paused', 'isolated']);

/** One upstream's policies as they stand. */
const upstreamStateSchema = z.object({
  timeouts: z.object({ connect_ms: msSchema, read_ms: msSchema, global_ms: msSchema }),
  retry: z.object({
    attempts: countSchema,
    base_ms: msSchema,
    cap_ms: msSchema,
    amplification: z.number().min(1).describe('attempts over calls that ended in 30 to 60 s'),
  }),
  budget: z.object({ ratio: z.number(), min_per_second: z.number(), left: z.number() }),
  state: standingSchema.describe('as operators have it: what is isolated and paused is isolated'),
  pause: z
    .object({ reason: z.string(), since: timestampSchema })
    .optional()
    .describe("an operator's; absent while there is none"),
  circuit: z.object({
    state: circuitStateSchema,
    since: timestampSchema,
    reason: z.string(),
    mode: z.enum(['enforce', 'observe']),
    threshold: shareSchema.describe('failure share that opens it'),
    window_attempts: countSchema,
    window_failures: countSchema,
    open_remaining_ms: msSchema.optional().describe('absent unless open'),
  }),
  bulkhead: z.object({
    in_flight: countSchema,
    in_flight_max: countSchema.describe(
      'the limit as it is now: bulkhead.in_flight, or connections.max where that is less and HTTP/1.1 spoken; less than either where adaptive',
    ),
    adaptive: z.boolean().describe('the limit follows what answers take'),
    queue_depth: queueDepthSchema,
    queue_capacity: countSchema.describe('of callers other than records'),
    saturation: z.number().min(0),
  }),
  rate_limit: z.object({
    per_second: z.number().describe('0: off'),
    burst: z.number(),
    mode: z.enum(['enforce', 'observe']),
    state: z
      .enum(['within', 'exceeded'])
      .describe('exceeded: a call was over it within 10 s; held by enforce, let go by observe'),
    left: z.number().optional().describe('tokens; absent where it is off'),
  }),
  backpressure: z.object({
    capacity: countSchema.describe('callers other than the record source that may wait'),
    depth: countSchema.describe('those of them that wait, of queue_depth'),
    policy: z.literal('reject').describe('of that queue when it is full'),
    records_waiting: countSchema.describe('the others of queue_depth: records of the source'),
    records_policy: z.literal('pause').describe('past source.waiting_bytes_max'),
  }),
  throttled_remaining_ms: msSchema.optional().describe('absent unless told to wait'),
  connections: z.object({ open: countSchema, busy: countSchema, max: countSchema }),
});

/** `GET /v1/resilience/state`, and with one upstream only `/v1/resilience/state/{upstream}`. */
export const resilienceStateSchema = z.object({
  upstreams: z.record(z.string(), upstreamStateSchema),
  holds: z
    .array(
      z.object({
        target: z.enum(['topic', 'route']),
        name: z.string(),
        by: z.enum(['operator', 'park_guard']),
        reason: z.string(),
        since: timestampSchema,
      }),
    )
    .describe('topics and routes whose records wait until an operator resumes them'),
});

/** What an operator may say with an action. */
export const operatorReasonSchema = z.object({
  reason: z
    .string()
    .max(500)
    .optional()
    .describe(
      'kept in events, log, audit trail and state; "by an operator" where none is given. Of what is paused or isolated already the newest counts, given or not',
    ),
});

/** `POST /v1/resilience/...`: how the target stands now. */
export const operatorActionSchema = z.object({
  target: z.enum(['upstream', 'topic', 'route']),
  name: z.string(),
  action: z.enum(['isolate', 'release', 'pause', 'resume']),
  state: standingSchema,
  changed: z.boolean().describe('false where it stood so before'),
  audited: z
    .boolean()
    .describe(
      'false where its audit event was not durable within 2 s: no room in the spool, or a slow disk',
    ),
  upstreams: z
    .record(z.string(), upstreamStateSchema)
    .optional()
    .describe('of an upstream: its policies as they stand now'),
});

export type UpstreamState = z.infer<typeof upstreamStateSchema>;
export type ResilienceState = z.infer<typeof resilienceStateSchema>;
export type OperatorAction = z.infer<typeof operatorActionSchema>;
