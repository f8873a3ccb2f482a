import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as after } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';

import { NetworkProbe } from '@netscope/network-probe';
import { realClock, waitUntil } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { ConnectionTrace } from '../src/connection-trace.ts';
import { SLOT, SOCKET_FIELDS } from '../src/native/socket-slots.ts';
import { firstByteMs, lastBytesMs } from '../src/socket-watch.ts';
import { library } from './support/native.ts';

const WORKER = path.join(import.meta.dirname, 'soak/watching-worker.ts');
const SOAK_MS = Number(process.env['NETSCOPE_WATCH_SOAK_S'] ?? 5) * 1000;
/** Before anything is compared. */
const WARM_UP_MS = Math.min(SOAK_MS / 5, 30_000);
const TIMEOUT_MS = 60_000 + SOAK_MS + WARM_UP_MS;
const MIB = 1024 ** 2;
/** What V8 holds after a collection; each connection that was left behind would hold a kilobyte. */
const HELD_BYTES_MOST = 4 * MIB;
/** What the allocator keeps for the next time, and other tests of the process ... */
const GROWTH_BYTES_MOST = 24 * MIB;
/** ... and what Node's own sockets leave in it, watched or not: 1.6 KiB each at first, then less. */
const GROWTH_BYTES_EACH = 2048;
const SETTLED_MS = 20;
/** Of a thread. */
const SOCKETS = 20;
const ECONNRESET = 104;

const ENDS: Readonly<Record<string, (worker: Worker) => unknown>> = {
  terminated: (worker) => worker.terminate(),
  'told to exit': (worker) => worker.stdin?.end(),
};

interface Handle {
  readonly fd: number;
  close(): void;
  readStop(): void;
}

function handleOf(socket: Socket): Handle {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own, without a type
  return (socket as unknown as { readonly _handle: Handle })._handle;
}

interface Opened {
  readonly client: Socket;
  readonly trace: ConnectionTrace;
}

/** Threads of this process that watch sockets. */
function watchingThreads(): number {
  const names = readdirSync('/proc/self/task').map((id) => {
    try {
      return readFileSync(`/proc/self/task/${id}/comm`, 'utf8').trim();
    } catch {
      // It has ended.
      return '';
    }
  });
  return names.filter((name) => name === 'netscope-stamps').length;
}

/** Bytes, after a collection. */
function collected(): { readonly held: number; readonly rss: number } {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('V8 gives no gc');
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, rss };
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe.skipIf(library?.SocketWatcher === undefined)('a watched connection', () => {
  let server: Server;
  let peers: Socket[];
  let probe: NetworkProbe;

  beforeEach(async () => {
    peers = [];
    server = createServer((peer) => void peers.push(peer.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    probe = new NetworkProbe(realClock, library);
    probe.start();
  });

  afterEach(() => {
    probe.close();
    for (const peer of peers) peer.destroy();
    server.close();
  });

  function port(): number {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  async function opened(): Promise<Opened> {
    const trace = probe.connecting();
    const client = connect(port(), '127.0.0.1').on('error', () => undefined);
    probe.follow(client, trace);
    await once(client, 'connect');
    // As a stalled event loop would: what comes lies in the kernel.
    handleOf(client).readStop();
    trace.requests += 1;
    return { client, trace };
  }

  test('tells when the first and the last unread bytes came', async () => {
    const { client, trace } = await opened();
    const [peer] = await waitUntil(() => (peers.length === 1 ? peers : undefined), {
      what: 'the peer',
      everyMs: 1,
    });
    expect(trace.mark()).toBeInstanceOf(Float64Array);
    expect(firstByteMs(trace.look() ?? new Float64Array())).toBeUndefined();
    const beforeMs = performance.now();
    peer?.write('first');
    await after(SETTLED_MS);
    const betweenMs = performance.now();
    peer?.write('last');
    await after(SETTLED_MS);
    const look = trace.look() ?? new Float64Array();
    expect(firstByteMs(look)).toBeGreaterThan(beforeMs);
    expect(firstByteMs(look)).toBeLessThan(betweenMs);
    expect(lastBytesMs(look)).toBeGreaterThan(betweenMs);
    expect(look[SLOT.stampedBytes]).toBe('firstlast'.length);
    client.destroy();
  });

  test('keeps its stamps in the last look before its handle goes', async () => {
    const { client, trace } = await opened();
    trace.mark();
    await waitUntil(() => peers[0]?.write('answer'), { what: 'the peer', everyMs: 1 });
    await after(SETTLED_MS);
    client.destroy();
    expect(firstByteMs(trace.look() ?? new Float64Array())).toBeGreaterThan(trace.startedAtMs);
    expect(trace.mark()).toBeUndefined();
  });

  test('has no value where its descriptor has become that of another socket', async () => {
    const { client, trace } = await opened();
    trace.mark();
    const handle = handleOf(client);
    const { fd } = handle;
    handle.close();
    const others = await Promise.all(Array.from({ length: 5 }, opened));
    expect(others.map((other) => handleOf(other.client).fd)).toContain(fd);
    for (const peer of peers) peer.write('of another');
    await after(SETTLED_MS);
    expect(trace.look()).toBeUndefined();
    for (const other of others) other.client.destroy();
  });

  test('is looked at without stamps once the probe has closed', async () => {
    const { client, trace } = await opened();
    expect(probe.capabilities().receiveStamps).toBe(true);
    trace.mark();
    probe.close();
    expect(probe.capabilities().receiveStamps).toBe(false);
    await waitUntil(() => peers[0]?.write('answer'), { what: 'the peer', everyMs: 1 });
    await after(SETTLED_MS);
    const look = trace.look();
    expect(look?.[SLOT.bytesReceived]).toBe('answer'.length);
    expect(firstByteMs(look ?? new Float64Array())).toBeUndefined();
    expect(trace.mark()).toBeInstanceOf(Float64Array);
    client.destroy();
  });

  test('is told of the error that its thread was told instead of it', async () => {
    if (library?.SocketWatcher === undefined) return;
    class Taking extends library.SocketWatcher {
      override unwatch(slot: number): number {
        super.unwatch(slot);
        return ECONNRESET;
      }
    }
    probe.close();
    probe = new NetworkProbe(realClock, { ...library, SocketWatcher: Taking });
    probe.start();
    const socket = connect(port(), '127.0.0.1');
    probe.follow(socket, probe.connecting());
    const told = once(socket, 'error');
    await once(socket.resume(), 'connect');
    // What the kernel says of a connection whose error is gone.
    await waitUntil(() => peers[0]?.end(), { what: 'the peer', everyMs: 1 });
    expect(await told).toMatchObject([
      { code: 'ECONNRESET', errno: -ECONNRESET, syscall: 'read', message: 'read ECONNRESET' },
    ]);
  });

  test('costs no thread where receive stamps are not asked for, and says so', async () => {
    probe.close();
    const threads = watchingThreads();
    const without = new NetworkProbe(realClock, library, { receiveStamps: false });
    without.start();
    expect(without.capabilities()).toMatchObject({ socketFacts: true, receiveStamps: false });
    expect(without.stampsMissing).toBeUndefined();
    expect(watchingThreads()).toBe(threads);
    without.close();
  });

  test(
    'leaves no thread, descriptor or memory when thousands come and go',
    { timeout: TIMEOUT_MS },
    async () => {
      const churn = async (untilMs: number): Promise<number> => {
        let made = 0;
        do {
          const some: Opened[] = await Promise.all(Array.from({ length: 50 }, opened));
          for (const { trace } of some) trace.mark();
          for (const peer of peers.splice(0)) {
            peer.write('answer');
            // Some end, some are cut off while the thread looks.
            if (made % 3 === 0) peer.resetAndDestroy();
            else peer.end();
            made += 1;
          }
          for (const { client, trace } of some) {
            client.destroy();
            trace.look();
          }
        } while (performance.now() < untilMs);
        return made;
      };
      await churn(performance.now() + WARM_UP_MS);
      await after(SETTLED_MS);
      const before = { ...collected(), descriptors: openDescriptors() };
      const made = await churn(performance.now() + SOAK_MS);
      await waitUntil(() => (openDescriptors() <= before.descriptors + 10 ? true : undefined), {
        what: 'descriptors as many as before',
      });
      const now = collected();
      const [held, resident] = [now.held - before.held, now.rss - before.rss];
      const more = `${(held / MIB).toFixed(1)} MiB more held, ${(resident / MIB).toFixed(1)} more resident`;
      process.stdout.write(`[figure] ${made} watched connections came and went: ${more}\n`);
      expect(made).toBeGreaterThan(1000);
      expect(held).toBeLessThan(HELD_BYTES_MOST);
      expect(resident).toBeLessThan(GROWTH_BYTES_MOST + made * GROWTH_BYTES_EACH);
      expect(probe.capabilities().receiveStamps).toBe(true);
    },
  );

  test.each(Object.keys(ENDS))(
    'goes with its thread when that is %s while bytes come',
    { timeout: TIMEOUT_MS },
    async (how) => {
      probe.close();
      const before = { threads: watchingThreads(), descriptors: openDescriptors() };
      for (let round = 0; round < 5; round += 1) {
        const argv = [port(), SOCKETS].map(String);
        const worker = new Worker(WORKER, { argv, stdin: true });
        const ended = once(worker, 'exit');
        expect((await once(worker, 'message'))[0]).toEqual({ watching: SOCKETS, stamps: true });
        await waitUntil(() => (peers.length === SOCKETS ? true : undefined), {
          what: 'the peers',
          everyMs: 1,
        });
        expect(watchingThreads()).toBe(before.threads + 1);
        for (const peer of peers) peer.write('answer');
        ENDS[how]?.(worker);
        for (const peer of peers.splice(0)) peer.resume().end('late');
        await ended;
        expect(watchingThreads()).toBe(before.threads);
      }
      await waitUntil(() => (openDescriptors() <= before.descriptors + 10 ? true : undefined), {
        what: 'descriptors as many as before',
      });
      probe.start();
      const { client, trace } = await opened();
      expect(trace.mark()).toHaveLength(SOCKET_FIELDS.length);
      client.destroy();
    },
  );
});
