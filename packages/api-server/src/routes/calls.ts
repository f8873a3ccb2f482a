import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { callsQuerySchema, noQuerySchema } from '../dto/queries.ts';
import { readQuery, requireKnown } from '../extractors/query.ts';
import type { CallFilter } from '../services/calls-service.ts';
import { answer } from './answer.ts';

export function callsRoutes(app: FastifyInstance, state: AppState): void {
  app.get('/v1/calls', (request) => {
    const query = readQuery(callsQuerySchema, request.query);
    requireKnown('route_group', query.route_group, state.options.routeGroups());
    requireKnown('upstream', query.upstream, state.resilience.upstreamNames());
    const filter: CallFilter = {
      routeGroup: query.route_group,
      upstream: query.upstream,
      outcome: query.outcome,
      status: query.status === undefined ? undefined : statusRange(query.status),
      traceId: query.trace_id,
      party: query.party,
    };
    return answer(state, request, state.calls.list(filter, Number(query.limit), query.cursor));
  });
  app.get<{ Params: { request_id: string } }>('/v1/calls/:request_id', (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, state.calls.one(request.params.request_id));
  });
}

/** `503` is itself, `5xx` its class. */
function statusRange(status: string): { readonly from: number; readonly to: number } {
  return {
    from: Number(status.replaceAll('x', '0')),
    to: Number(status.replaceAll('x', '9')),
  };
}
