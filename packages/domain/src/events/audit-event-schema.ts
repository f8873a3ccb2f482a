import { z } from 'zod';

import { UNREAD_REASONS } from '../model/audit-excerpt.ts';
import { PARK_REASONS } from '../model/dead-letter.ts';
import { AUDIT_EVENT_VERSION } from './audit-event.ts';
import { PRIVATE_FIELDS, type PrivateField } from './private-fields.ts';
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

const base64Schema = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

/** What was taken out of a line and encrypted; docs/reference/audit-format.md says how. */
const encryptedSchema = z.object({
  fields: z.array(z.enum(PRIVATE_FIELDS)).min(1).describe('what is in `text` and not in the line'),
  key_id: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .describe('the key file'),
  day: z.iso.date().describe('the day of the data key'),
  data_key: base64Schema.describe('the data key, wrapped by the key file'),
  text: base64Schema.describe('the fields, encrypted by the data key'),
});

const base = {
  event_version: z.literal(AUDIT_EVENT_VERSION),
  severity: severitySchema,
  timestamp: timestampSchema,
  trace_id: traceIdSchema,
  span_id: spanIdSchema,
  encrypted: encryptedSchema.optional(),
  integrity: integritySchema,
};

const correlation = {
  request_id: z.uuid(),
  idempotency_key: unlessEncrypted(z.string().min(1)),
  route: z.string().optional(),
  route_group: z.string().optional(),
};

const { request, payload, result } = callWireSchema.shape;
const headersSchema = z
  .record(z.string(), z.string())
  .describe("those of the route's `audit.headers` that were there")
  .optional();

/** What was allowed and could not be shown: no room, no scalar, no Unicode. */
const omittedSchema = countSchema.optional();

const bodySchema = payload.shape.request.unwrap().extend({
  sha256: unlessEncrypted(z.string()),
  redacted: z.json().describe("what the route's `audit.paths` let through").optional(),
  omitted: omittedSchema,
  unread: z.enum(UNREAD_REASONS).describe('why nothing was read of it').optional(),
});

const callEventSchema = callWireSchema
  .omit({ delivered: true })
  .extend({
    ...base,
    ...correlation,
    event_type: z.enum(['request.completed', 'request.failed']),
    request: request.extend({
      target_sha256: unlessEncrypted(z.string()),
      headers: headersSchema,
      headers_omitted: omittedSchema,
    }),
    payload: z.object({ request: bodySchema.optional(), response: bodySchema.optional() }),
    response: z
      .object({
        truncated: z.literal(true).optional(),
        headers: headersSchema,
        headers_omitted: omittedSchema,
      })
      .optional(),
    result: result
      .unwrap()
      .extend({ error_message: unlessEncrypted(z.string()) })
      .optional(),
  })
  .refine(
    (event) =>
      isKept(event.idempotency_key, 'idempotency_key', event) &&
      isKept(event.request.target_sha256, 'request.target_sha256', event),
    'a call has its idempotency key and target, or has them encrypted',
  )
  .refine(
    (event) => event.internal_ip !== undefined || event.upstream.remote_address === undefined,
    'a call with a remote address has an internal one',
  );

const quarantineFields = z.object({
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

const quarantineEventSchema = quarantineFields.refine(
  (event) => isKept(event.idempotency_key, 'idempotency_key', event),
  'a parked record has its idempotency key, or has it encrypted',
);

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

function unlessEncrypted(schema: z.ZodString): z.ZodOptional<z.ZodString> {
  return schema.optional().describe('absent only where `encrypted.fields` names it');
}

/** Whether a field that every such event has is there, or encrypted. */
function isKept(
  value: unknown,
  field: PrivateField,
  event: { readonly encrypted?: z.infer<typeof encryptedSchema> | undefined },
): boolean {
  return value !== undefined || event.encrypted?.fields.includes(field) === true;
}

export type WireAuditEvent = z.infer<typeof auditEventSchema>;
