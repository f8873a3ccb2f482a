import type { FastifyRequest } from 'fastify';

import type { AppState } from '../app-state.ts';
import type { Success } from '../contract.ts';
import { metaOf, successBody } from '../dto/envelope.ts';

/** `data` in the success envelope of this request. */
export function answer<T>(state: AppState, request: FastifyRequest, data: T): Success<T> {
  return successBody(data, metaOf(request.traceId, state.options.clock.wallMs()));
}
