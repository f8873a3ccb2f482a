import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { RequestError } from '../dto/request-error.ts';

/** The built page at `/`; files under `assets` carry their hash in the name and never change. */
export async function dashboardRoutes(app: FastifyInstance, state: AppState): Promise<void> {
  const { dashboardDir } = state.options;
  if (dashboardDir === undefined) {
    app.get('/', () => {
      throw new RequestError('NOT_FOUND', 'the page has not been built');
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: dashboardDir,
    prefix: '/',
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.includes('/assets/');
      void reply.header(
        'cache-control',
        hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
}
