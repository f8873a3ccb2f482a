/**
 * An upstream for the verdicts, as a process of its own: `node lab-server.ts ADDRESS`. Prints its
 * ports as one JSON line and ends with its standard input.
 */
import { readFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Server } from 'node:net';
import path from 'node:path';
import process from 'node:process';

const SUPPORT = path.resolve(import.meta.dirname, '../support');
const BODY = Buffer.alloc(65_536, 'x');
/** How long the TLS handshake is held back, ms. */
const HANDSHAKE_MS = 80;
/** What a slow reader takes at a time, and how often. */
const SIP_MS = 5;

const [address = '127.0.0.1'] = process.argv.slice(2);

function answer(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://lab');
  const ms = Number(url.searchParams.get('ms') ?? 0);
  const bytes = Number(url.searchParams.get('bytes') ?? 0);
  if (url.searchParams.has('close')) response.setHeader('connection', 'close');
  switch (url.pathname) {
    case '/slow':
      request.resume().once('end', () => setTimeout(() => response.end('late'), ms));
      break;
    case '/trickle':
      request.resume().once('end', () => trickle(response, ms));
      break;
    case '/who-am-i':
      response.end(request.socket.remoteAddress);
      break;
    case '/sip':
      sip(request, response);
      break;
    default:
      request.resume().once('end', () => response.end(Buffer.alloc(bytes, BODY)));
  }
}

/** Ten pieces of a body, one every `ms`. */
function trickle(response: ServerResponse, ms: number): void {
  let left = 10;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) response.write(BODY.subarray(0, 1000));
    else {
      clearInterval(timer);
      response.end();
    }
  }, ms);
}

/** Reads a request a sip at a time, so that its window stays shut. */
function sip(request: IncomingMessage, response: ServerResponse): void {
  request.on('data', () => {
    request.pause();
    setTimeout(() => request.resume(), SIP_MS);
  });
  request.once('end', () => response.end('at last'));
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

const secure = createHttps(
  {
    cert: readFileSync(path.join(SUPPORT, 'test-cert.pem')),
    key: readFileSync(path.join(SUPPORT, 'test-key.pem')),
  },
  answer,
);
const slowHandshake = createTcp({ pauseOnConnect: true }, (socket) => {
  setTimeout(() => {
    secure.emit('connection', socket);
    socket.resume();
  }, HANDSHAKE_MS);
});
const ports = { http: await listen(createHttp(answer)), slowTls: await listen(slowHandshake) };
process.stdout.write(`${JSON.stringify(ports)}\n`);
process.stdin.resume().once('end', () => process.exit(0));
