import { HOST_PARTS, hostSampleSchema, socketSchema, timestampSchema } from '@netscope/domain';
import { z } from 'zod';

/** By whom the host is looked at. */
const originSchema = z.enum(['native', 'node']).describe('the native probe, or Node alone');

/**
 * `GET /v1/host`: the last look. What the platform does not tell is absent; before the first look that
 * is everything, and `reason` says so.
 */
export const hostSchema = z.object({
  sampled_at: timestampSchema.optional().describe('absent until the first look'),
  origin: originSchema,
  reason: z.string().optional().describe('why it is not the native probe'),
  capabilities: z
    .record(z.enum(HOST_PARTS), z.boolean())
    .describe('which parts this platform tells here'),
  ...hostSampleSchema.partial().shape,
});

/** `GET /v1/host/history`. */
export const hostHistorySchema = z.object({
  metric: z.string(),
  from: timestampSchema,
  to: timestampSchema,
  step_ms: z.number().min(1).describe('what one point stands for'),
  points: z
    .array(
      z.object({
        at: timestampSchema.describe('start of the stretch'),
        min: z.number(),
        max: z.number(),
        mean: z.number(),
      }),
    )
    .describe('oldest first; a stretch that nothing is known of is left out'),
});

/** What a connection is for, as far as its addresses tell. */
export const CONNECTION_ROLES = ['kafka', 'store', 'upstream', 'api', 'other'] as const;

const connectionSchema = z.object({
  role: z.enum(CONNECTION_ROLES),
  name: z.string().optional().describe('of the upstream'),
  ...socketSchema.shape,
});

/** `GET /v1/connections`: TCP sockets of this process. */
export const connectionsSchema = z.object({
  available: z.boolean().describe('false where the kernel does not tell'),
  reason: z.string().optional(),
  total: z.int().min(0).describe('4,096 at most: more sockets are not read'),
  by_role: z.record(z.enum(CONNECTION_ROLES), z.int().min(0)),
  connections: z.array(connectionSchema).describe('the first 500: by role, then by address'),
});

export type Host = z.infer<typeof hostSchema>;
export type HostHistory = z.infer<typeof hostHistorySchema>;
export type Connections = z.infer<typeof connectionsSchema>;
export type Connection = z.infer<typeof connectionSchema>;
export type ConnectionRole = (typeof CONNECTION_ROLES)[number];
