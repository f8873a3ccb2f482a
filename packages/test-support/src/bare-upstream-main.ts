/**
 * A bare HTTP/1.1 server in a process of its own: answers every request with 200 as cheaply as Node
 * can, at once or after as many milliseconds as its first argument says, so that what is measured is
 * the caller. Counts requests, and keeps for each the time from the record's timestamp (header
 * `x-record-timestamp`) to its arrival; with `keys` as second argument, which idempotency keys came.
 */
import { createServer, type Socket } from 'node:net';
import process from 'node:process';

const RESPONSE = Buffer.from(
  'HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\n\r\nok',
);
const HEAD_END = Buffer.from('\r\n\r\n');

const DELAY_MS = Number(process.argv[2] ?? 0);
const KEEPS_KEYS = process.argv[3] === 'keys';
const WINDOW_MS = 100;
const WINDOWS_A_SECOND = 10;

const state = { requests: 0, agesMs: [] as number[], firstAtMs: 0, lastAtMs: 0 };
const keys = new Set<string>();
/** Requests in each of the last ten tenths of a second, the present one last. */
const windows = [0];

if (KEEPS_KEYS) {
  setInterval(() => {
    windows.push(0);
    if (windows.length > WINDOWS_A_SECOND + 1) windows.shift();
  }, WINDOW_MS);
}

function serve(socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    for (let size = requestSize(pending); size !== undefined; size = requestSize(pending)) {
      note(pending);
      pending = pending.subarray(size);
      answer(socket);
    }
  });
}

function answer(socket: Socket): void {
  if (DELAY_MS === 0) {
    write(socket);
    return;
  }
  // Timers have whole milliseconds: half of them are a little longer, half a little shorter.
  const ms = Math.floor(DELAY_MS) + (state.requests % 2 === 0 && DELAY_MS % 1 > 0 ? 1 : 0);
  setTimeout(() => write(socket), ms);
}

function write(socket: Socket): void {
  socket.write(RESPONSE);
  state.lastAtMs = performance.now();
}

/** Bytes of the first whole request in the buffer; `undefined` while it is not whole. */
function requestSize(buffer: Buffer): number | undefined {
  const headEnd = buffer.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = buffer.toString('latin1', 0, headEnd);
  const length = Number(/content-length: ?(\d+)/iu.exec(head)?.[1] ?? 0);
  const size = headEnd + HEAD_END.length + length;
  return buffer.length >= size ? size : undefined;
}

function note(buffer: Buffer): void {
  state.requests += 1;
  if (state.firstAtMs === 0) state.firstAtMs = performance.now();
  const head = buffer.toString('latin1', 0, 1024);
  if (KEEPS_KEYS) {
    keys.add(/idempotency-key: ?(\S+)/iu.exec(head)?.[1] ?? '');
    windows.push((windows.pop() ?? 0) + 1);
  }
  const stamp = /x-record-timestamp: ?(\d+)/u.exec(head)?.[1];
  if (stamp !== undefined) {
    state.agesMs.push(performance.timeOrigin + performance.now() - Number(stamp));
  }
}

function counts(): { requests: number; keys: number; lastSecond: number } {
  const lastSecond = windows.slice(0, -1).reduce((sum, one) => sum + one, 0);
  return { requests: state.requests, keys: keys.size, lastSecond };
}

process.on('message', (question) => {
  if (question === 'ages') process.send?.(state.agesMs);
  else if (question === 'span') process.send?.(state.lastAtMs - state.firstAtMs);
  else if (question === 'counts') process.send?.(counts());
  else process.send?.(state.requests);
});

// Nobody is left to ask.
process.on('disconnect', () => process.exit());

const server = createServer(serve);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
});
