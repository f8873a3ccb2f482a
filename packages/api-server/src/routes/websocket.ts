import type { IncomingMessage } from 'node:http';

import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { AppState } from '../app-state.ts';
import { liveQuerySchema } from '../dto/queries.ts';
import { RequestError } from '../dto/request-error.ts';
import { readQuery, requireKnown } from '../extractors/query.ts';
import type { LiveFilter } from '../services/live-filter.ts';

const LIVE_PATH = '/v1/ws/events';

/** Whether a request may leave HTTP; any other `Upgrade` is not heeded (RFC 9110, 7.8). */
export function opensLiveFeed({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.split('?', 1)[0] === LIVE_PATH;
}

/** Openings are not rate limited: a thousand pages may come back at once after a restart. */
export function websocketRoutes(app: FastifyInstance, state: AppState): void {
  app.route({
    method: 'GET',
    url: LIVE_PATH,
    config: { rateLimit: false },
    // Refuses before the upgrade, where a status can still be told.
    preHandler: (request, _reply, done) => {
      readLiveQuery(request, state);
      if (request.ws && !state.hub.hasRoom()) {
        throw new RequestError('RATE_LIMITED', 'there are as many live clients as there may be');
      }
      done();
    },
    handler: () => {
      throw new RequestError('NOT_FOUND', 'live events are read over a WebSocket');
    },
    wsHandler: (socket, request) => {
      const { filter, sinceMs } = readLiveQuery(request, state);
      state.hub.admit({ socket, raw: request.raw.socket }, filter, sinceMs);
    },
  });
}

function readLiveQuery(
  request: FastifyRequest,
  state: AppState,
): { readonly filter: LiveFilter; readonly sinceMs: number | undefined } {
  const query = readQuery(liveQuerySchema, request.query);
  requireKnown('route_group', query.route_group, state.options.routeGroups());
  return {
    filter: { severity: query.severity, routeGroup: query.route_group },
    // oxlint-disable-next-line no-restricted-globals -- reads a text, not the clock
    sinceMs: query.since === undefined ? undefined : Date.parse(query.since),
  };
}
