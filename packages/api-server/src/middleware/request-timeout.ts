import type { Timers } from '@netscope/domain';
import type { FastifyInstance } from 'fastify';

import { RequestError } from '../dto/request-error.ts';

/**
 * Answers 503 for a request that was not answered `limitMs` after it arrived; what it began goes on.
 * An answer that is being sent by then is cut. Fastify's own `handlerTimeout` is no help: it watches
 * no longer once a body was read.
 */
export function addRequestTimeout(app: FastifyInstance, timers: Timers, limitMs: number): void {
  app.addHook('onRequest', (_request, reply, done) => {
    const timer = timers.background(() => {
      if (reply.sent) return;
      if (reply.raw.headersSent) reply.raw.destroy();
      else void reply.send(tooSlow(limitMs));
    }, limitMs);
    reply.raw.once('close', () => timers.clear(timer));
    done();
  });
}

function tooSlow(limitMs: number): RequestError {
  const message = `no answer within ${limitMs} ms: what was asked for may still be done`;
  return new RequestError('DEPENDENCY_UNAVAILABLE', message);
}
