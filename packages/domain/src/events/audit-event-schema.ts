import { z } from 'zod';

import { PARK_REASONS } from '../model/dead-letter.ts';
import { AUDIT_EVENT_VERSION } from './audit-event.ts';
import { callWireSchema } from './wire-call.ts';
import {
  circuitStateSchema,
  countSchema,
  severitySchema,
  spanIdSchema,
  timestampSchema,
  traceIdSchema,
} from './wire-parts.ts';

const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** Where a line stands in its node's chain. */
const integritySchema = z.object({
  node: z.string().min(1),
  epoch: z.string().regex(/^\d{12}[0-9a-f]{4}$/),
  seq: z.int().min(1),
  prev: sha256Schema.describe('SHA-256 of the line before, without its newline'),
});

const base = {
  event_version: z.literal(AUDIT_EVENT_VERSION),
  severity: severitySchema,
  timestamp: timestampSchema,
  trace_id: traceIdSchema,
  span_id: spanIdSchema,
  integrity: integritySchema,
};

const correlation = {
  request_id: z.uuid(),
  idempotency_key: z.string().min(1),
  route: z.string().optional(),
  route_group: z.string().optional(),
};

const callEventSchema = callWireSchema
  .omit({ delivered: true })
  .extend({
    ...base,
    ...correlation,
    event_type: z.enum(['request.completed', 'request.failed']),
  })
  .refine(
    (event) => event.internal_ip !== undefined || event.upstream.remote_address === undefined,
    'a call with a remote address has an internal one',
  );

const quarantineEventSchema = z.object({
  ...base,
  ...correlation,
  event_type: z.literal('request.quarantined'),
  source: callWireSchema.shape.source,
  result: z.object({
    reason: z.enum(PARK_REASONS),
    tries: countSchema,
    error_code: z.string().optional(),
    error_message: z.string().optional(),
    dead_letter: z.object({
      topic: z.string(),
      partition: countSchema,
      offset: z.string().regex(/^\d+$/).optional(),
    }),
  }),
});

const circuitEventSchema = z.object({
  ...base,
  event_type: z.literal('circuit.changed'),
  upstream: z.object({ name: z.string() }),
  circuit: z.object({ from: circuitStateSchema, to: circuitStateSchema, reason: z.string() }),
});

const processEventSchema = z.object({
  ...base,
  event_type: z.enum([
    'system.started',
    'system.stopped',
    'config.changed',
    'operator.action',
    'source.offset_lost',
    'audit.gap',
  ]),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

/** One line of the audit trail. An event without correlation is refused (invariant I4). */
export const auditEventSchema = z.union([
  callEventSchema,
  quarantineEventSchema,
  circuitEventSchema,
  processEventSchema,
]);

export type WireAuditEvent = z.infer<typeof auditEventSchema>;
