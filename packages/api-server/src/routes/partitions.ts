import type { FastifyInstance } from 'fastify';

import type { AppState } from '../app-state.ts';
import { seekSchema } from '../contract-partitions.ts';
import { noQuerySchema } from '../dto/queries.ts';
import { RequestError } from '../dto/request-error.ts';
import { readBody } from '../extractors/body.ts';
import { readQuery } from '../extractors/query.ts';
import { answer } from './answer.ts';

interface Place {
  readonly Params: { readonly topic: string; readonly partition: string };
}

/** Why, where the operator does not say. */
const NO_REASON = 'by an operator';

export function partitionsRoutes(app: FastifyInstance, state: AppState): void {
  app.get('/v1/partitions', (request) => {
    readQuery(noQuerySchema, request.query);
    return answer(state, request, state.partitions.all());
  });
  app.post<Place>('/v1/partitions/:topic/:partition/seek', async (request) => {
    readQuery(noQuerySchema, request.query);
    const { offset: to, reason = NO_REASON } = readBody(seekSchema, request.body);
    const by = { traceId: request.traceId, requestId: request.id, clientIp: request.ip };
    const { topic } = request.params;
    const partition = partitionOf(request.params.partition);
    const done = await state.partitions.seek({ topic, partition, to, reason, ...by });
    return answer(state, request, done);
  });
}

function partitionOf(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new RequestError('INVALID_QUERY_PARAM', 'partition: expected a whole number from 0 on', {
    found: text.slice(0, 64),
  });
}
