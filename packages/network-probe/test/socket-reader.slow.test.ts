import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

import type { SocketFacts } from '@netscope/domain';
import { NetworkProbe } from '@netscope/network-probe';
import { realClock, waitUntil } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { SLOT, SOCKET_FIELDS } from '../src/native/socket-slots.ts';
import { factsBetween } from '../src/socket-facts.ts';
import { cookieOf } from '../src/socket-reader.ts';
import { library } from './support/native.ts';

const EBADF = 9;

interface Handle {
  readonly fd: number;
  close(): void;
}

function handleOf(socket: Socket): Handle {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, no-underscore-dangle -- Node's own, without a type
  return (socket as unknown as { readonly _handle: Handle })._handle;
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function connected(server: Server): Promise<Socket> {
  const socket = connect(portOf(server), '127.0.0.1').on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe.skipIf(library === undefined)('a look at a socket', () => {
  if (library === undefined) return;
  const native = library;
  let server: Server;
  let peers: Socket[];
  let client: Socket;
  let probe: NetworkProbe;
  let trace: ReturnType<NetworkProbe['connecting']>;

  beforeEach(async () => {
    peers = [];
    server = createServer((peer) => void peers.push(peer.on('error', () => undefined)));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    probe = new NetworkProbe(realClock, native);
    trace = probe.connecting();
    client = connect(portOf(server), '127.0.0.1').on('error', () => undefined);
    probe.follow(client, trace);
    await once(client, 'connect');
    await waitUntil(() => peers[0], { what: 'the peer', everyMs: 1 });
  });

  afterEach(() => {
    client.destroy();
    for (const peer of peers) peer.destroy();
    server.close();
  });

  function growthSince(mark: ReturnType<typeof trace.mark>): SocketFacts | undefined {
    const after = trace.look();
    return mark === undefined || after === undefined ? undefined : factsBetween(mark, after);
  }

  test('writes the values where the slots say', () => {
    expect(native.socketFields()).toEqual(SOCKET_FIELDS);
    expect(SOCKET_FIELDS.map((name) => SLOT[name])).toEqual(SOCKET_FIELDS.map((_, at) => at));
  });

  test('tells what came of an attempt by its growth', async () => {
    const mark = trace.mark();
    client.write('x'.repeat(1000));
    peers[0]?.end('an answer');
    await once(client, 'data');
    const facts = await waitUntil(
      () => {
        const seen = growthSince(mark);
        return seen?.bytesAcked === 1000 ? seen : undefined;
      },
      { what: 'the acknowledgement', everyMs: 1 },
    );
    expect(facts).toMatchObject({ retransmits: 0, lost: 0, receiverLimitedUs: 0 });
    expect(facts.minRttUs).toBeGreaterThan(0);
    expect(facts.rttUs).toBeGreaterThanOrEqual(facts.minRttUs ?? Number.NaN);
    expect(facts.cwnd).toBeGreaterThan(0);
  });

  test('begins where the attempt before ended, without another question, when all is acknowledged', async () => {
    let asked = 0;
    const counting = {
      ...native,
      readSocket: (fd: number, out: Float64Array): number => {
        asked += 1;
        return native.readSocket(fd, out);
      },
    };
    const counted = new NetworkProbe(realClock, counting);
    const traced = counted.connecting();
    const socket = connect(portOf(server), '127.0.0.1').on('error', () => undefined);
    counted.follow(socket, traced);
    await once(socket, 'connect');
    const peer = await waitUntil(() => peers[1], { what: 'the peer', everyMs: 1 });
    const acknowledged: unknown[] = [];
    const before = asked;
    for (const bytes of [1000, 200, 30]) {
      const mark = traced.mark();
      socket.write('x'.repeat(bytes));
      await once(peer, 'data');
      peer.write('an answer');
      await once(socket, 'data');
      const after = traced.look();
      if (mark === undefined || after === undefined) throw new Error('the kernel does not tell');
      acknowledged.push(factsBetween(mark, after).bytesAcked);
      traced.unmark(mark);
    }
    expect(acknowledged).toEqual([1000, 200, 30]);
    expect(asked - before).toBe(3);
    socket.destroy();
  });

  test("names the connection by the kernel's number of the socket", () => {
    expect(trace.id).toMatch(/^\d+$/u);
    const look = new Float64Array(SOCKET_FIELDS.length);
    expect(native.identifySocket(handleOf(client).fd, look)).toBe(0);
    expect(Number(trace.id)).toBe(cookieOf(look));
  });

  test('is had once more just before the handle goes', async () => {
    const mark = trace.mark();
    client.write('question');
    peers[0]?.resetAndDestroy();
    await waitUntil(() => client.closed, { what: 'the close', everyMs: 1 });
    expect(growthSince(mark)).toMatchObject({ retransmits: 0 });
    expect(trace.mark()).toBeUndefined();
    expect(trace.hasUnreadSince(Number.POSITIVE_INFINITY)).toBe(false);
  });

  test('is refused where the descriptor has become that of another socket', async () => {
    const handle = handleOf(client);
    const { fd } = handle;
    handle.close();
    const others = await Promise.all(Array.from({ length: 5 }, () => connected(server)));
    expect(others.map((other) => handleOf(other).fd)).toContain(fd);
    const mark = trace.mark();
    expect(trace.look()).toBeUndefined();
    expect(growthSince(mark)).toBeUndefined();
    for (const other of others) other.destroy();
  });

  test('of what is no TCP socket is an errno and never a crash', () => {
    const out = new Float64Array(SOCKET_FIELDS.length);
    expect(native.readSocket(-1, out)).toBe(EBADF);
    expect(native.readSocket(1_000_000_000, out)).toBe(EBADF);
    expect(native.readSocket(0, out)).not.toBe(0);
    expect(native.identifySocket(-1, out)).toBe(EBADF);
    expect(native.unreadBytes(-1)).toBe(-EBADF);
    expect(native.readSocket(0, new Float64Array(2))).not.toBe(0);
  });
});
