import type { ErrorCode } from '@netscope/domain';
import type { z } from 'zod';

import { partitionsSchema, seekAnswerSchema, seekSchema } from '../contract-partitions.ts';
import {
  auditStatusSchema,
  callSchema,
  callsSchema,
  connectionsSchema,
  hostHistorySchema,
  hostSchema,
  livenessSchema,
  networkMetricsSchema,
  operatorActionSchema,
  operatorReasonSchema,
  readinessSchema,
  resilienceStateSchema,
  successSchema,
} from '../contract.ts';
import {
  callsQuerySchema,
  hostHistoryQuerySchema,
  hostQuerySchema,
  liveQuerySchema,
  networkQuerySchema,
  noQuerySchema,
} from '../dto/queries.ts';

/** One path of the API with what it takes and answers. */
export interface Endpoint {
  /** GET where absent. */
  readonly method?: 'POST';
  /** In OpenAPI's form, with `{name}` for a parameter. */
  readonly path: string;
  readonly summary: string;
  readonly aliases?: readonly string[];
  readonly query: z.ZodObject;
  readonly parameters: readonly string[];
  /** Of a JSON body, which may be left out where an empty object would do; none is read where absent. */
  readonly body?: z.ZodObject;
  readonly answer: Answer;
  readonly errors: readonly ErrorCode[];
}

type Answer =
  | { readonly kind: 'json'; readonly schema: z.ZodType }
  | { readonly kind: 'other'; readonly mediaTypes: readonly string[]; readonly description: string }
  | { readonly kind: 'events' };

/** Everywhere: an unknown query parameter, a foreign Host, a defect, an answer that took too long. */
const UNLIMITED_ERRORS: readonly ErrorCode[] = [
  'INVALID_QUERY_PARAM',
  'FORBIDDEN',
  'INTERNAL_ERROR',
  'DEPENDENCY_UNAVAILABLE',
];

const EVERY_ERROR: readonly ErrorCode[] = [...UNLIMITED_ERRORS, 'RATE_LIMITED'];

export const ENDPOINTS: readonly Endpoint[] = [
  {
    path: '/v1/health/live',
    summary: 'Should the process be restarted? Never depends on Kafka or the store.',
    aliases: ['/livez', '/healthz'],
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: livenessSchema },
    errors: UNLIMITED_ERRORS,
  },
  {
    path: '/v1/health/ready',
    summary: 'Should it get traffic? 503 until it can take work, and while draining.',
    aliases: ['/readyz'],
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: readinessSchema },
    errors: UNLIMITED_ERRORS,
  },
  {
    path: '/v1/metrics/network',
    summary: 'What calls came to in a sliding window, and what is in hand now.',
    query: networkQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: networkMetricsSchema },
    errors: EVERY_ERROR,
  },
  {
    path: '/v1/resilience/state',
    summary: 'The policies of every upstream as they stand.',
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: resilienceStateSchema },
    errors: ['RESILIENCE_STATE_UNAVAILABLE', ...EVERY_ERROR],
  },
  {
    path: '/v1/resilience/state/{upstream}',
    summary: 'The policies of one upstream as they stand.',
    query: noQuerySchema,
    parameters: ['upstream'],
    answer: { kind: 'json', schema: resilienceStateSchema },
    errors: ['NOT_FOUND', 'RESILIENCE_STATE_UNAVAILABLE', ...EVERY_ERROR],
  },
  ...operatorEndpoints('/v1/resilience/{upstream}', {
    isolate: 'Holds the circuit open until it is released: no call of it is made.',
    release: 'Ends an isolation: half-open, one probe goes and decides.',
    pause: 'Holds the intake of an upstream back; calls under way end.',
    resume: 'Lets the intake of an upstream go on.',
  }),
  ...operatorEndpoints('/v1/resilience/topics/{topic}', {
    pause: 'Reads no more of a topic and calls none of its records.',
    resume: 'Goes on with a topic.',
  }),
  ...operatorEndpoints('/v1/resilience/routes/{route}', {
    resume: 'Goes on with a route that its park guard paused; its share is counted anew.',
  }),
  {
    path: '/v1/partitions',
    summary: 'The partitions held here: where each stands, its lag, and what blocks its commit.',
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: partitionsSchema },
    errors: EVERY_ERROR,
  },
  {
    method: 'POST',
    path: '/v1/partitions/{topic}/{partition}/seek',
    summary:
      'Moves the offset of a partition: drains it, commits, reads on from there. What was settled above it is called again.',
    query: noQuerySchema,
    parameters: ['topic', 'partition'],
    body: seekSchema,
    answer: { kind: 'json', schema: seekAnswerSchema },
    errors: [
      'NOT_FOUND',
      'PAYLOAD_TOO_LARGE',
      'SOURCE_UNAVAILABLE',
      'AUDIT_SPOOL_FULL',
      ...EVERY_ERROR,
    ],
  },
  {
    path: '/v1/audit/status',
    summary: 'The audit path: spool, backlog, what was shipped last.',
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: auditStatusSchema },
    errors: EVERY_ERROR,
  },
  {
    path: '/v1/calls',
    summary: 'The last calls held in memory, newest first.',
    query: callsQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: callsSchema },
    errors: EVERY_ERROR,
  },
  {
    path: '/v1/calls/{request_id}',
    summary: 'One call with its attempts and phases.',
    query: noQuerySchema,
    parameters: ['request_id'],
    answer: { kind: 'json', schema: callSchema },
    errors: ['NOT_FOUND', ...EVERY_ERROR],
  },
  {
    path: '/v1/host',
    summary: 'What the host and this process do, at the last look.',
    query: hostQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: hostSchema },
    errors: ['NOT_FOUND', ...EVERY_ERROR],
  },
  {
    path: '/v1/host/history',
    summary: 'One value of the host over time: 1 s for an hour, 10 s for a day, 60 s for 30 days.',
    query: hostHistoryQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: hostHistorySchema },
    errors: EVERY_ERROR,
  },
  {
    path: '/v1/connections',
    summary: 'TCP sockets of this process, with what the kernel knows of each.',
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'json', schema: connectionsSchema },
    errors: EVERY_ERROR,
  },
  {
    path: '/v1/ws/events',
    summary: 'Live events over a WebSocket, one JSON event a message.',
    query: liveQuerySchema,
    parameters: [],
    answer: { kind: 'events' },
    errors: ['NOT_FOUND', ...EVERY_ERROR],
  },
  {
    path: '/v1/openapi.json',
    summary: 'This document.',
    query: noQuerySchema,
    parameters: [],
    answer: { kind: 'other', mediaTypes: ['application/json'], description: 'OpenAPI 3.1' },
    errors: EVERY_ERROR,
  },
  {
    path: '/metrics',
    summary: 'For Prometheus; on its own listener where http.metrics_port is set.',
    query: noQuerySchema,
    parameters: [],
    answer: {
      kind: 'other',
      mediaTypes: ['text/plain', 'application/openmetrics-text'],
      description: 'Text, or OpenMetrics with exemplars where it is asked for',
    },
    errors: UNLIMITED_ERRORS,
  },
];

/** What an operator may do with one target; the name is the path's one parameter. */
function operatorEndpoints(path: string, summaries: Readonly<Record<string, string>>): Endpoint[] {
  const parameters = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  return Object.entries(summaries).map(([action, summary]) => ({
    method: 'POST',
    path: `${path}/${action}`,
    summary,
    query: noQuerySchema,
    parameters,
    body: operatorReasonSchema,
    answer: { kind: 'json', schema: operatorActionSchema },
    errors: ['NOT_FOUND', 'PAYLOAD_TOO_LARGE', ...EVERY_ERROR],
  }));
}

/** The envelope around an endpoint's data. */
export function answerSchema(schema: z.ZodType): z.ZodType {
  return successSchema(schema);
}
