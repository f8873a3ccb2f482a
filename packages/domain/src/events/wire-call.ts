import { z } from 'zod';

import type { CallRecord } from '../model/call-record.ts';
import { AUDIT_EVENT_VERSION } from './audit-event.ts';
import { type ByteAllocator, encodeAuditEvent } from './encode-audit-event.ts';
import {
  circuitStateSchema,
  countSchema,
  msSchema,
  outcomeSchema,
  phasesSchema,
  severitySchema,
  spanIdSchema,
  timeoutTypeSchema,
  timestampSchema,
  traceIdSchema,
  verdictSchema,
} from './wire-parts.ts';

const digestSchema = z.object({ sha256: z.string(), bytes: countSchema });

/** Kernel's view of the socket; only with the native probe. */
const socketSchema = z.object({
  rtt_us: z.number().optional(),
  min_rtt_us: z.number().optional(),
  rttvar_us: z.number().optional(),
  retransmits: z.number().optional(),
  lost: z.number().optional(),
  cwnd: z.number().optional(),
  delivery_rate_bps: z.number().optional(),
  bytes_acked: z.number().optional(),
  busy_us: z.number().optional(),
  receiver_limited_us: z.number().optional(),
  sender_limited_us: z.number().optional(),
});

const tlsSchema = z.object({
  version: z.string().optional(),
  cipher: z.string().optional(),
  alpn: z.string().optional(),
  session_reused: z.boolean().optional(),
  certificate_expires_at: timestampSchema.optional(),
});

/** One HTTP request inside a call. */
export const attemptWireSchema = z.object({
  outcome: outcomeSchema,
  status_code: z.int().optional(),
  timeout_type: timeoutTypeSchema.optional(),
  error_code: z.string().optional(),
  started_at: timestampSchema,
  total_ms: msSchema,
  backoff_ms: msSchema.optional().describe('the wait before it; absent for the first'),
  connection: z.string().optional(),
  reused: z.boolean().optional(),
  reuse_count: countSchema.optional().describe('requests that this connection had carried before'),
  local_address: z.string().optional(),
  remote_address: z.string().optional(),
  bytes_sent: countSchema.describe(
    'of header and body: no more than had left this host by its end, where the kernel tells; else all that was to be sent',
  ),
  bytes_received: countSchema,
  phases_ms: phasesSchema,
  socket: socketSchema.optional(),
  tls: tlsSchema.optional(),
});

/** One ended call, in the words of the audit event. */
export const callWireSchema = z.object({
  event_version: z.literal(AUDIT_EVENT_VERSION),
  event_type: z.enum(['request.completed', 'request.failed']),
  severity: severitySchema,
  timestamp: timestampSchema.describe("the call's end"),
  trace_id: traceIdSchema,
  span_id: spanIdSchema,
  request_id: z.string(),
  idempotency_key: z.string(),
  route: z.string().optional(),
  route_group: z.string().optional(),
  method: z.string(),
  internal_ip: z.string().optional(),
  external_ip: z.string().optional(),
  outcome: outcomeSchema,
  delivered: z.boolean().describe("a status of the route's `success`"),
  source: z.object({
    kind: z.enum(['kafka', 'embedded']),
    cluster: z.string(),
    group: z.string(),
    topic: z.string(),
    partition: countSchema,
    offset: z.string().describe('decimal digits'),
    key_sha256: z.string().optional(),
    timestamp: timestampSchema
      .optional()
      .describe('RFC 3339, UTC, ms; absent where the record has none'),
  }),
  upstream: z.object({
    name: z.string(),
    host: z.string(),
    port: countSchema,
    remote_address: z.string().optional(),
    status_code: z.int().optional(),
    latency_ms: msSchema,
  }),
  resilience: z.object({
    attempts: countSchema,
    retry_count: countSchema,
    timeout_count: countSchema,
    timeout_type: timeoutTypeSchema.optional(),
    elapsed_ms: msSchema.optional().describe('when the timeout fired'),
    circuit_state: circuitStateSchema,
    tries: countSchema,
    backpressure_ms: msSchema,
  }),
  network: z.object({
    bytes_sent: countSchema.describe('of all attempts'),
    bytes_received: countSchema,
    attempts: z.array(attemptWireSchema),
    verdict: verdictSchema.optional(),
  }),
  request: z.object({
    path_template: z.string(),
    target_sha256: z.string(),
    content_type: z.string().optional(),
  }),
  payload: z.object({ request: digestSchema.optional(), response: digestSchema.optional() }),
  response: z.object({ truncated: z.literal(true) }).optional(),
  result: z.object({ error_code: z.string(), error_message: z.string() }).optional(),
});

export type WireAttempt = z.infer<typeof attemptWireSchema>;
export type WireCall = z.infer<typeof callWireSchema>;

/** One call as REST tells it: the audit event's own words, and whether it delivered. */
export function wireCall(call: CallRecord, allocator: ByteAllocator): WireCall {
  const line = encodeAuditEvent({ kind: 'call', call }, allocator).writtenText();
  const told: WireCall = JSON.parse(`${line},"delivered":${call.delivered}}`);
  return told;
}
