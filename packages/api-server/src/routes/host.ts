import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { hostHistoryQuerySchema, hostQuerySchema, noQuerySchema } from '../dto/queries.ts';
import { readQuery } from '../extractors/query.ts';
import { historyQuestion } from '../extractors/time-range.ts';
import { answer } from './answer.ts';

export function hostRoutes(app: FastifyInstance, state: AppState): void {
  app.get('/v1/host', async (request) => {
    const { pid } = readQuery(hostQuerySchema, request.query);
    const { host } = state;
    const told = pid === undefined ? host.now() : await host.nowWithProcess(Number(pid));
    return answer(state, request, told);
  });
  app.get('/v1/host/history', async (request) => {
    const query = readQuery(hostHistoryQuerySchema, request.query);
    const question = historyQuestion(query, state.options.clock.wallMs());
    return answer(state, request, await state.host.history(question));
  });
  app.get('/v1/connections', async (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, await state.host.connections());
  });
}
