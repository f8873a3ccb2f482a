import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { readQuery } from '../extractors/query.ts';
import { answer } from './answer.ts';

export function resilienceRoutes(app: FastifyInstance, state: AppState): void {
  app.get('/v1/resilience/state', (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, state.resilience.all());
  });
  app.get<{ Params: { upstream: string } }>('/v1/resilience/state/:upstream', (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, state.resilience.one(request.params.upstream));
  });
}
