import { createSocket } from 'node:dgram';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

import { LocalAddresses, NetworkProbe, type SentRequest } from '@netscope/network-probe';
import { ManualClock, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

const sendHeaders = channel('undici:client:sendHeaders');

function listening(): { probe: NetworkProbe; sent: SentRequest[] } {
  const probe = new NetworkProbe(new ManualClock());
  probe.start();
  return { probe, sent: [] };
}

describe('the probe', () => {
  test('joins a request to the connection that carries it', () => {
    const { probe, sent } = listening();
    const socket = new Socket();
    const trace = probe.connecting();
    probe.follow(socket, trace);
    probe.starting({ joined: (one) => void sent.push(one) });
    sendHeaders.publish({ socket, headers: 'GET / HTTP/1.1\r\n' });
    expect(sent).toEqual([{ socket, connection: trace, headerBytes: 16 }]);
    expect(trace.requests).toBe(1);
    probe.close();
  });

  test("joins nothing to another client's request", () => {
    const { probe, sent } = listening();
    probe.starting({ joined: (one) => void sent.push(one) });
    sendHeaders.publish({ socket: new Socket(), headers: '' });
    sendHeaders.publish({ socket: new Socket(), headers: '' });
    expect(sent).toHaveLength(1);
    expect(sent[0]?.connection).toBeUndefined();
    probe.close();
  });

  test('hears nothing once it is closed, and one subscription however often it was started', () => {
    const { probe, sent } = listening();
    probe.start();
    probe.close();
    probe.starting({ joined: (one) => void sent.push(one) });
    sendHeaders.publish({ socket: new Socket(), headers: '' });
    expect(sent).toEqual([]);
    expect(sendHeaders.hasSubscribers).toBe(false);
  });

  test('gives each connection its own name', () => {
    const { probe } = listening();
    expect([probe.connecting().id, probe.connecting().id]).toEqual(['c1', 'c2']);
    probe.close();
  });

  test('claims no fact of the kernel', () => {
    const { probe } = listening();
    expect(probe.capabilities()).toEqual({
      phases: true,
      addresses: true,
      tlsFacts: true,
      socketFacts: false,
      receiveStamps: false,
      kernelTimeoutCheck: false,
      host: false,
    });
    probe.close();
  });
});

describe('the local address for a remote one', () => {
  test('is what the kernel would choose', async () => {
    const addresses = new LocalAddresses();
    expect(addresses.get('127.0.0.1')).toBeUndefined();
    addresses.prepare('127.0.0.1');
    await waitUntil(() => addresses.get('127.0.0.1'), { what: 'the kernel', everyMs: 1 });
    expect(addresses.get('127.0.0.1')).toBe('127.0.0.1');
  });

  test('is asked for anew after five minutes, and the former one holds until then', async () => {
    const clock = new ManualClock();
    const addresses = new LocalAddresses(clock);
    using sockets = countedSockets();
    addresses.prepare('127.0.0.1');
    await waitUntil(() => addresses.get('127.0.0.1'), { what: 'the kernel', everyMs: 1 });
    clock.advance(299_999);
    addresses.prepare('127.0.0.1');
    expect(sockets.count).toBe(1);
    clock.advance(1);
    addresses.prepare('127.0.0.1');
    expect(addresses.get('127.0.0.1')).toBe('127.0.0.1');
    addresses.prepare('127.0.0.1');
    expect(sockets.count).toBe(2);
  });

  test('is, for one that is not known, that of the default route, and none without', async () => {
    const addresses = new LocalAddresses();
    expect(addresses.getOutward()).toBeUndefined();
    addresses.prepareOutward();
    const expected = (await chosenFor('198.41.0.4')) ?? (await chosenFor('2001:503:ba3e::2:30'));
    await waitUntil(() => addresses.getOutward() === expected, { what: 'the kernel', everyMs: 1 });
  });

  test('is none for what is no address', () => {
    const addresses = new LocalAddresses();
    addresses.prepare('localhost');
    expect(addresses.get('localhost')).toBeUndefined();
  });
});

/** Datagram sockets made from here on. */
function countedSockets(): Disposable & { readonly count: number } {
  const counted = { count: 0, [Symbol.dispose]: () => void unsubscribe('udp.socket', note) };
  const note = (): void => void (counted.count += 1);
  subscribe('udp.socket', note);
  return counted;
}

async function chosenFor(remoteAddress: string): Promise<string | undefined> {
  const socket = createSocket(remoteAddress.includes(':') ? 'udp6' : 'udp4');
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  socket.once('error', () => resolve(undefined));
  socket.once('connect', () => resolve(socket.address().address));
  socket.connect(9, remoteAddress);
  const local = await promise;
  socket.close();
  return local;
}
