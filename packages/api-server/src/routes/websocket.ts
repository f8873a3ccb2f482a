import type { IncomingMessage } from 'node:http';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { AppState } from '../app-state.ts';
import { liveQuerySchema } from '../dto/queries.ts';
import { RequestError } from '../dto/request-error.ts';
import { readQuery, requireKnown } from '../extractors/query.ts';
import type { LiveFilter } from '../services/live-filter.ts';

const LIVE_PATH = '/v1/ws/events';

/** Sixteen bytes in Base64 (RFC 6455, 4.1). */
const OPENING_KEY = /^[+/0-9A-Za-z]{22}==$/;

/** What the library below speaks: RFC 6455, and the last draft before it. */
const SPOKEN_VERSIONS: readonly unknown[] = ['13', '8'];

/** Whether a request may leave HTTP; any other `Upgrade` is not heeded (RFC 9110, 7.8). */
export function opensLiveFeed({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.split('?', 1)[0] === LIVE_PATH;
}

/** Openings are not rate limited: a thousand pages may come back at once after a restart. */
export function websocketRoutes(app: FastifyInstance, state: AppState): void {
  const idsOf = addIdsToOpenings(app);
  app.route({
    method: 'GET',
    url: LIVE_PATH,
    config: { rateLimit: false },
    // Refuses before the upgrade, where a status can still be told.
    preHandler: (request, reply, done) => {
      readLiveQuery(request, state);
      if (request.ws) requireOpening(request, reply);
      idsOf.set(request.raw, request);
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

/** The upgrade is answered below fastify: its headers take the ids from the request that was let through. */
function addIdsToOpenings(app: FastifyInstance): WeakMap<IncomingMessage, FastifyRequest> {
  const requestByRaw = new WeakMap<IncomingMessage, FastifyRequest>();
  app.websocketServer.on('headers', (headers, raw) => {
    const request = requestByRaw.get(raw);
    if (request === undefined) return;
    headers.push(`x-request-id: ${request.id}`, `x-trace-id: ${request.traceId}`);
  });
  return requestByRaw;
}

/** What the library would refuse by itself, in no envelope. @throws {RequestError} */
function requireOpening({ headers }: FastifyRequest, reply: FastifyReply): void {
  if (!SPOKEN_VERSIONS.includes(headers['sec-websocket-version'])) {
    void reply.header('sec-websocket-version', SPOKEN_VERSIONS.join(', '));
    throw new RequestError('INVALID_QUERY_PARAM', 'this Sec-WebSocket-Version is not spoken');
  }
  if (OPENING_KEY.test(headers['sec-websocket-key'] ?? '')) return;
  throw new RequestError('INVALID_QUERY_PARAM', 'Sec-WebSocket-Key is missing or no key');
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
