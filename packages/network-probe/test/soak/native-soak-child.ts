/**
 * Asks the native library for what is not there, or going, for as many seconds as it is told, in
 * rounds; prints its size after each quarter as a JSON line. Run with `--expose-gc`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as passes } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

import { SeededRandom } from '@netscope/test-support';

import { loadNative } from '../../src/native/load-native.ts';
import type { NativeLibrary } from '../../src/native/native-library.ts';

const SOCKETS = 8;
const QUARTERS = 4;
/** A thread that ends by itself does so within this; others are ended before. */
const WORKER_ROUNDS = 20;
const WORKER_MS_MOST = 40;
/** Nobody's: past the largest that Linux gives, and none at all. */
const WRONG_PIDS = [0, 4_194_304, 2_147_483_647];
const WRONG_FDS = [-1, 99_999];

const random = new SeededRandom(5);
const [seconds = '1'] = process.argv.slice(2);
const native = libraryOrThrow();
const host = native.HostProbe && new native.HostProbe();
const watcher = native.SocketWatcher && new native.SocketWatcher();
const server = await listening();
const startedMs = performance.now();
let rounds = 0;
for (let quarter = 1; quarter <= QUARTERS; quarter += 1) {
  while (performance.now() - startedMs < (Number(seconds) * 1000 * quarter) / QUARTERS) {
    await round(server);
    rounds += 1;
  }
  await tellSize();
}
server.close();
watcher?.close();

async function round(at: Server): Promise<void> {
  askForNobody();
  await askForOneThatEnds();
  await askForBrokenSockets(at);
  await tearDownThread(at);
}

/** Whatever is answered, it is no look at a socket, and no process. */
function askForNobody(): void {
  const out = new Float64Array(native.socketFields().length);
  const file = openSync(import.meta.filename, 'r');
  for (const fd of [...WRONG_FDS, file]) {
    expectNot(native.readSocket(fd, out), 0, `a look at ${fd}`);
    expectNot(native.identifySocket(fd, out), 0, `the cookie of ${fd}`);
    // Of a file the kernel tells what is left of it.
    if (fd !== file && native.unreadBytes(fd) >= 0) throw new Error(`bytes unread of ${fd}`);
    if ((watcher?.watch(fd) ?? -1) >= 0) throw new Error(`a watch of ${fd}`);
  }
  closeSync(file);
  for (const pid of WRONG_PIDS) {
    if (typeof host?.process(pid) === 'string') throw new Error(`a process ${pid}`);
  }
}

async function askForOneThatEnds(): Promise<void> {
  const child = spawn('true', { stdio: 'ignore' });
  while (child.exitCode === null && child.signalCode === null) {
    host?.process(child.pid ?? 0);
    await passes(0);
  }
}

/** Looks at sockets through descriptors that are closed, and then other sockets'. */
async function askForBrokenSockets(at: Server): Promise<void> {
  const out = new Float64Array(native.socketFields().length);
  const before = await Promise.all(Array.from({ length: SOCKETS }, () => connected(at)));
  const watched = before.map((socket) => {
    const fd = fdOf(socket);
    const slot = watcher?.watch(fd) ?? -1;
    expectIs(native.readSocket(fd, out), 0, 'a look at an open socket');
    if (slot >= 0) expectIs(native.armSocket?.(fd, slot, out), 0, 'arming an open socket');
    return { fd, slot };
  });
  await Promise.all(before.map(async (socket) => ended(socket)));
  const after = await Promise.all(Array.from({ length: SOCKETS }, () => connected(at)));
  const reused = new Set(after.map(fdOf));
  for (const { fd, slot } of watched) {
    if (watcher === undefined) break;
    const looked = native.lookAtSocket?.(fd, slot, out);
    if (reused.has(fd)) expectNot(looked, 0, 'a look at another socket');
    watcher.unwatch(slot);
  }
  await Promise.all(after.map(async (socket) => ended(socket)));
}

/** Ends a thread that uses the library wherever it is, and its environment with it. */
async function tearDownThread(at: Server): Promise<void> {
  const socket = await connected(at);
  const file = path.join(import.meta.dirname, 'native-soak-worker.ts');
  const worker = new Worker(file, { workerData: { fd: fdOf(socket), rounds: WORKER_ROUNDS } });
  const exited = once(worker, 'exit');
  await once(worker, 'message');
  await Promise.race([exited, passes(random.float() * WORKER_MS_MOST)]);
  await worker.terminate();
  await exited;
  await ended(socket);
}

async function tellSize(): Promise<void> {
  // What was closed is gone from the kernel a moment later.
  await passes(200);
  globalThis.gc?.();
  await passes(50);
  const size = {
    rounds,
    rssBytes: process.memoryUsage.rss(),
    openFds: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
  process.stdout.write(`${JSON.stringify(size)}\n`);
}

function libraryOrThrow(): NativeLibrary {
  const { library } = loadNative();
  if (library === undefined) throw new Error('the native library is not built');
  return library;
}

async function listening(): Promise<Server> {
  const at = createServer((peer) => {
    peer.on('error', () => undefined);
    peer.resume();
    // Half of them are reset by the other side.
    if (random.float() < 0.5) peer.once('data', () => peer.resetAndDestroy());
  });
  await once(at.listen(0, '127.0.0.1'), 'listening');
  return at;
}

async function connected(at: Server): Promise<Socket> {
  const address = at.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const socket = connect(address.port, '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('x');
  return socket;
}

async function ended(socket: Socket): Promise<void> {
  if (socket.closed) return;
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
}

function fdOf(socket: Socket): number {
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } };
  return handle?.fd ?? -1;
}

function expectIs(answer: number | undefined, meant: number, what: string): void {
  if (answer !== meant) throw new Error(`${what} gave ${answer}`);
}

function expectNot(answer: number | undefined, wrong: number, what: string): void {
  if (answer === wrong) throw new Error(`${what} gave ${answer}`);
}
