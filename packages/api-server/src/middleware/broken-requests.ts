import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import type { Clock, Random } from '@netscope/domain';

import { errorBody, metaOf } from '../dto/envelope.ts';
import { RequestError } from '../dto/request-error.ts';

interface BrokenRequestOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly requestTimeoutMs: number;
}

/** Answers what never became a request: too large a head, too slow, or not HTTP at all. */
export function brokenRequestAnswer(
  options: BrokenRequestOptions,
): (error: Error & { readonly code?: string }, socket: Socket) => void {
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const refusal = refusalOf(error.code, options.requestTimeoutMs);
    const traceId = options.random.hex(16);
    const body = JSON.stringify(errorBody(refusal, metaOf(traceId, options.clock.wallMs())));
    const head = [
      `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}`,
      'content-type: application/json; charset=utf-8',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-request-id: ${options.random.uuid()}`,
      `x-trace-id: ${traceId}`,
      'connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  };
}

function refusalOf(code: string | undefined, requestTimeoutMs: number): RequestError {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new RequestError('PAYLOAD_TOO_LARGE', 'the headers are too large');
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new RequestError(
      'DEPENDENCY_UNAVAILABLE',
      `the request did not arrive within ${requestTimeoutMs} ms`,
    );
  }
  return new RequestError('INVALID_QUERY_PARAM', 'the request could not be read');
}
