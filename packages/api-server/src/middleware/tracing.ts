import type { Random } from '@netscope/domain';
import type { FastifyInstance } from 'fastify';

import { traceIdOf } from '../extractors/trace-context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The caller's trace, else one of its own. */
    traceId: string;
  }
}

/** Gives every request a trace id and every answer its two ids. */
export function addTracing(app: FastifyInstance, random: Random): void {
  app.decorateRequest('traceId', '');
  app.addHook('onRequest', (request, reply, done) => {
    request.traceId = traceIdOf(request.headers['traceparent']) ?? random.hex(16);
    void reply.headers({ 'x-request-id': request.id, 'x-trace-id': request.traceId });
    done();
  });
}
