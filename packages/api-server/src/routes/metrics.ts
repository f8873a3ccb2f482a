import type { MetricsEngine } from '@netscope/metrics-engine';
import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { networkQuerySchema, noQuerySchema } from '../dto/queries.ts';
import { prefersOpenMetrics } from '../extractors/accept.ts';
import { readQuery, requireKnown } from '../extractors/query.ts';
import { answer } from './answer.ts';

export function networkMetricsRoutes(app: FastifyInstance, state: AppState): void {
  app.get('/v1/metrics/network', (request) => {
    const { window, route_group: routeGroup } = readQuery(networkQuerySchema, request.query);
    requireKnown('route_group', routeGroup, state.options.routeGroups());
    return answer(state, request, state.metrics.network(window, routeGroup));
  });
}

/** Scrapes are not rate limited and in no envelope. */
export function scrapeRoutes(app: FastifyInstance, metrics: MetricsEngine): void {
  app.get('/metrics', { config: { rateLimit: false } }, async (request, reply) => {
    readQuery(noQuerySchema, request.query);
    const format = prefersOpenMetrics(request.headers.accept) ? 'openmetrics' : 'text';
    const { contentType, body } = await metrics.scrape(format);
    return reply.header('content-type', contentType).header('vary', 'accept').send(body);
  });
}
