import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { RequestError } from '../dto/request-error.ts';
import { readQuery } from '../extractors/query.ts';
import { answer } from './answer.ts';

const LIVE_PATHS = ['/v1/health/live', '/livez', '/healthz'];
const READY_PATHS = ['/v1/health/ready', '/readyz'];

/** Probes are not rate limited: one that is refused restarts a healthy process. */
const UNLIMITED = { config: { rateLimit: false } } as const;

export function healthRoutes(app: FastifyInstance, state: AppState): void {
  for (const path of LIVE_PATHS) {
    app.get(path, UNLIMITED, (request) => {
      readQuery(noQuerySchema, request.query);
      return answer(state, request, state.health.liveness());
    });
  }
  for (const path of READY_PATHS) {
    app.get(path, UNLIMITED, (request) => {
      readQuery(noQuerySchema, request.query);
      const readiness = state.health.readiness();
      if (!readiness.ready) {
        throw new RequestError(
          'DEPENDENCY_UNAVAILABLE',
          `not ready: ${readiness.phase}`,
          readiness,
        );
      }
      return answer(state, request, readiness);
    });
  }
}
