import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { readQuery } from '../extractors/query.ts';
import { openApiDocument } from '../openapi/document.ts';

export function openApiRoutes(app: FastifyInstance, state: AppState): void {
  const text = JSON.stringify(openApiDocument(state.options.version));
  app.get('/v1/openapi.json', (request, reply) => {
    readQuery(noQuerySchema, request.query);
    return reply.type('application/json; charset=utf-8').send(text);
  });
}
