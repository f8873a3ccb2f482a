import { z } from 'zod';

import { WINDOWS } from '../contract.ts';

/** The query of an endpoint that takes none. */
export const noQuerySchema = z.object({});

export const networkQuerySchema = z.object({
  window: z.enum(WINDOWS).default('5m'),
  route_group: z.string().optional().describe('a configured route group'),
});

export const callsQuerySchema = z.object({
  route_group: z.string().optional().describe('a configured route group'),
  upstream: z.string().optional().describe('a configured upstream'),
  outcome: z.enum(['responded', 'timed_out', 'refused', 'failed', 'aborted']).optional(),
  status: z
    .string()
    .regex(/^[1-5](\d\d|xx)$/)
    .optional()
    .describe('a status, such as 503, or a class, such as 5xx'),
  trace_id: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe('32 lower-case hex digits'),
  party: z.enum(['network', 'upstream', 'local', 'upstream_or_beyond']).optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|[1-4]\d\d|500)$/)
    .default('50')
    .describe('1 to 500'),
  cursor: z
    .string()
    .regex(/^[0-9a-f]+\.[0-9a-z]+$/)
    .optional()
    .describe('next_cursor of an earlier answer'),
});

export const liveQuerySchema = z.object({
  severity: z
    .enum(['INFO', 'WARN', 'ERROR'])
    .default('INFO')
    .describe('this and worse; heartbeats and drop notices come whatever is asked'),
  route_group: z.string().optional().describe('calls of one route group'),
  since: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('RFC 3339: first what happened at or after this instant, as far as it is held'),
});

export const hostQuerySchema = z.object({
  pid: z
    .string()
    .regex(/^[1-9]\d{0,9}$/)
    .optional()
    .describe('a process of this host that `process` tells of, instead of our own'),
});

export const hostHistoryQuerySchema = z.object({
  // Defaulted, so that the answer to a request without it lists the metrics there are.
  metric: z
    .string()
    .default('')
    .meta({ description: 'a path in `GET /v1/host`, such as cpu.usage_percent', required: true }),
  from: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('RFC 3339; an hour before `to` unless given'),
  to: z.iso.datetime({ offset: true }).optional().describe('RFC 3339; now unless given'),
});
