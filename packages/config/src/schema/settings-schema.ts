import { z } from 'zod';

import { auditSchema } from './audit-schema.ts';
import { httpSchema } from './http-schema.ts';
import {
  logsSchema,
  metricsSchema,
  serviceSchema,
  shutdownSchema,
  telemetrySchema,
} from './process-schema.ts';
import { routeSchema } from './route-schema.ts';
import { deliverySchema, sourceSchema } from './source-schema.ts';
import { upstreamSchema } from './upstream-schema.ts';

/** `netscope.yaml`, every key with its type, bounds and default; names as they are written. */
export const settingsSchema = z.strictObject({
  service: serviceSchema,
  http: httpSchema,
  source: sourceSchema,
  delivery: deliverySchema,
  upstreams: z.record(z.string().regex(/^[\w.-]{1,64}$/), upstreamSchema).default({}),
  routes: z.array(routeSchema).default([]),
  audit: auditSchema,
  metrics: metricsSchema,
  logs: logsSchema,
  telemetry: telemetrySchema,
  shutdown: shutdownSchema,
});

/** The settings with their defaults, names as they are written. */
export type Settings = z.output<typeof settingsSchema>;

export type UpstreamSettings = Settings['upstreams'][string];
export type RouteSettings = Settings['routes'][number];
