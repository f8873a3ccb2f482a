import { channel } from 'node:diagnostics_channel';
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

  test('is none for what is no address', () => {
    const addresses = new LocalAddresses();
    addresses.prepare('localhost');
    expect(addresses.get('localhost')).toBeUndefined();
  });
});
