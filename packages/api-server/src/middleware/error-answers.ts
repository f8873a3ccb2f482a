import type { Clock, Log } from '@netscope/domain';
import { HTTP_STATUS_BY_CODE, NetScopeError } from '@netscope/domain';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { errorBody, metaOf } from '../dto/envelope.ts';
import { RequestError } from '../dto/request-error.ts';
import { noteTakenMethods, type TakenMethods } from './taken-methods.ts';

interface ErrorAnswerOptions {
  readonly clock: Clock;
  readonly log: Log;
}

/** Every refusal and failure leaves in the error envelope; before any route is added. */
export function addErrorAnswers(app: FastifyInstance, options: ErrorAnswerOptions): void {
  const methodsOf = noteTakenMethods(app);
  app.setErrorHandler((error, request, reply) => answerError({ error, request, reply }, options));
  app.setNotFoundHandler({ preHandler: app.rateLimit() }, (request, reply) =>
    answerError({ error: notFound(request, reply, methodsOf), request, reply }, options),
  );
}

interface Failure {
  readonly error: unknown;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Writes the envelope for `error`, and logs it where it is a defect of ours. */
function answerError(failure: Failure, options: ErrorAnswerOptions): FastifyReply {
  const { error, request, reply } = failure;
  const refusal = refusalOf(error);
  if (refusal.status === 500) {
    options.log.error('api.request_failed', error, {
      trace_id: request.traceId,
      request_id: request.id,
      method: request.method,
      route: request.routeOptions.url,
    });
  }
  if (refusal.code === 'RATE_LIMITED' && !reply.hasHeader('retry-after')) {
    void reply.header('retry-after', '1');
  }
  return reply
    .code(refusal.status)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(refusal, metaOf(request.traceId, options.clock.wallMs()))));
}

function notFound(
  request: FastifyRequest,
  reply: FastifyReply,
  methodsOf: TakenMethods,
): RequestError {
  const methods = methodsOf(request.url.split('?', 1)[0] ?? '');
  if (methods.length === 0 || methods.includes(request.method)) {
    return new RequestError('NOT_FOUND', 'there is nothing at this path');
  }
  void reply.header('allow', methods.join(', '));
  return new RequestError('NOT_FOUND', 'this path does not take this method', {
    allowed_methods: methods,
  });
}

function refusalOf(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (error instanceof NetScopeError) {
    return HTTP_STATUS_BY_CODE[error.code] === 500
      ? internal()
      : new RequestError(error.code, error.message, error.details);
  }
  return libraryRefusal(error);
}

/** What fastify and its plugins refuse, in the stable codes. */
function libraryRefusal(error: unknown): RequestError {
  const status: unknown = Reflect.get(Object(error), 'statusCode');
  if (status === 413) return new RequestError('PAYLOAD_TOO_LARGE', 'the body is too large');
  // The file server refuses with 403 what leaves its folder: to the caller, an unknown path.
  if (status === 404 || status === 403) {
    return new RequestError('NOT_FOUND', 'there is nothing at this path');
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new RequestError('INVALID_QUERY_PARAM', 'the request could not be read');
  }
  return internal();
}

function internal(): RequestError {
  return new RequestError('INTERNAL_ERROR', 'the request failed; the log has the cause');
}
