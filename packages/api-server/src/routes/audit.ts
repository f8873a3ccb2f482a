import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { auditStatusDto } from '../dto/audit-dto.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { readQuery } from '../extractors/query.ts';
import { answer } from './answer.ts';

export function auditRoutes(app: FastifyInstance, state: AppState): void {
  const { auditStatus, clock } = state.options;
  app.get('/v1/audit/status', (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, auditStatusDto(auditStatus(), clock.wallMs()));
  });
}
