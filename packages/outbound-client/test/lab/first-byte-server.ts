/**
 * An upstream that notes when it sent the first byte of each answer, as a process of its own:
 * `node first-byte-server.ts`. Prints its ports as one JSON line; `GET /notes` gives the notes.
 */
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { Server } from 'node:net';
import path from 'node:path';
import process from 'node:process';

const SUPPORT = path.resolve(import.meta.dirname, '../support');
const BODY = Buffer.alloc(2000, 'b');
/** By the clock that all processes of a machine share, ms. */
interface Note {
  readonly receivedMs: number;
  /** The first byte left between these two. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

const notes = new Map<string, Note>();

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** `/ID?wait=MS&body=MS`: headers after the one, the body after the other. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://lab');
  if (pathname === '/notes') {
    response.end(JSON.stringify(Object.fromEntries(notes)));
    return;
  }
  if (searchParams.has('close')) response.setHeader('connection', 'close');
  request.resume().once('end', () => {
    const receivedMs = nowMs();
    setTimeout(
      () => {
        const beforeMs = nowMs();
        response.flushHeaders();
        notes.set(pathname, { receivedMs, beforeMs, afterMs: nowMs() });
        setTimeout(() => response.end(BODY), Number(searchParams.get('body') ?? 0));
      },
      Number(searchParams.get('wait') ?? 0),
    );
  });
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

const plain = createHttp(answer);
const secure = createHttps(
  {
    cert: readFileSync(path.join(SUPPORT, 'test-cert.pem')),
    key: readFileSync(path.join(SUPPORT, 'test-key.pem')),
  },
  answer,
);
const ports = { http: await listen(plain), https: await listen(secure) };
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume().once('end', () => process.exit(0));
