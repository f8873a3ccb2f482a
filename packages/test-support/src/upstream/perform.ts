import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import type { Answer } from './answer.ts';

const CHUNK = Buffer.alloc(65_536, 'x');
/** A reset may take with it what the client has not read. */
const RESET_AFTER_MS = 20;

/** Does what the answer says. `isDone` is called once the answer, or the lack of one, is complete. */
export function perform(answer: Answer, response: ServerResponse, isDone: () => void): void {
  response.once('finish', isDone);
  response.once('close', isDone);
  const delayMs = 'delayMs' in answer ? (answer.delayMs ?? 0) : 0;
  if (delayMs <= 0) act(answer, response);
  else setTimeout(() => act(answer, response), delayMs);
}

function act(answer: Answer, response: ServerResponse): void {
  const { socket } = response;
  // The client may have given up while the answer was held back.
  if (socket === null || socket.destroyed) return;
  if (answer.kind === 'respond') {
    response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
  } else if ('bytes' in answer) {
    response.writeHead(answer.status, { 'content-length': answer.bytes });
    sendBody(answer, response, socket);
  } else {
    spoil(answer, socket);
  }
}

function sendBody(
  answer: Extract<Answer, { readonly bytes: number }>,
  response: ServerResponse,
  socket: Socket,
): void {
  switch (answer.kind) {
    case 'early_close':
      writeHalf(answer, response, () => socket.destroy());
      return;
    case 'reset_midway':
      writeHalf(answer, response, () => setTimeout(() => socket.resetAndDestroy(), RESET_AFTER_MS));
      return;
    case 'huge_body':
      pour(response, answer.bytes);
      return;
    case 'trickle':
      trickle(response, answer.bytes, answer.everyMs);
      return;
  }
}

function writeHalf(
  { bytes }: { readonly bytes: number },
  response: ServerResponse,
  isWritten: () => void,
): void {
  response.write(Buffer.alloc(Math.floor(bytes / 2), 'x'), isWritten);
}

function spoil(
  answer: Exclude<Answer, { readonly bytes: number } | { readonly kind: 'respond' }>,
  socket: Socket,
): void {
  switch (answer.kind) {
    case 'reset':
      socket.resetAndDestroy();
      return;
    case 'close':
      socket.destroy();
      return;
    case 'silence':
      return;
    case 'broken_chunk':
      breakChunk(socket, answer.status);
      return;
  }
}

/** Past the response object, which writes no broken chunk. */
function breakChunk(socket: Socket, status: number): void {
  socket.end(`HTTP/1.1 ${status} Broken\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nbroken\r\n`);
}

function pour(response: ServerResponse, bytes: number): void {
  let left = bytes;
  while (left > 0 && !response.destroyed) {
    const chunk = left >= CHUNK.length ? CHUNK : CHUNK.subarray(0, left);
    left -= chunk.length;
    if (!response.write(chunk)) break;
  }
  if (left === 0) response.end();
  else response.once('drain', () => pour(response, left));
}

function trickle(response: ServerResponse, bytes: number, everyMs: number): void {
  let left = bytes;
  const timer = setInterval(() => {
    left -= 1;
    response.write('x');
    if (left > 0) return;
    clearInterval(timer);
    response.end();
  }, everyMs);
  response.once('close', () => clearInterval(timer));
}
