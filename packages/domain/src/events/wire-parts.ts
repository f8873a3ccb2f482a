import { z } from 'zod';

/** Pieces that several wire schemas share; all snake_case, absent where not known. */
export const timestampSchema = z.iso.datetime().describe('RFC 3339, UTC, ms');
export const traceIdSchema = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('W3C trace id');
export const spanIdSchema = z.string().regex(/^[0-9a-f]{16}$/);
export const severitySchema = z.enum(['INFO', 'WARN', 'ERROR']);
export const outcomeSchema = z.enum(['responded', 'timed_out', 'refused', 'failed', 'aborted']);
export const timeoutTypeSchema = z.enum(['connect', 'read', 'global']);
export const circuitStateSchema = z.enum(['closed', 'open', 'half_open', 'isolated']);
export const partySchema = z.enum(['network', 'upstream', 'local', 'upstream_or_beyond']);
export const countSchema = z.int().min(0);
export const msSchema = z.number().min(0);

/** Who held a call up, with the milliseconds of each; what cannot be told is absent. */
export const verdictSchema = z.object({
  party: partySchema,
  path: z.enum(['direct', 'proxied', 'unknown']),
  network_ms: msSchema.optional(),
  upstream_ms: msSchema.optional(),
  local_ms: msSchema.optional(),
});

/** Where an attempt's time went, ms; the parts sum to its total. */
export const phasesSchema = z.object({
  queue: msSchema.optional(),
  dns: msSchema.optional(),
  tcp: msSchema.optional(),
  tls: msSchema.optional(),
  write: msSchema.optional(),
  wait: msSchema.optional(),
  download: msSchema.optional(),
  unaccounted: z.number(),
});

export type WireVerdict = z.infer<typeof verdictSchema>;
export type WirePhases = z.infer<typeof phasesSchema>;
