import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';

import { describe, expect, it } from 'vitest';

import { seedBrokers } from '../src/seed-brokers.ts';

describe('brokers to start from', () => {
  it('are as they were where none is an IPv6 address', () => {
    expect(seedBrokers(['a:1', '10.0.0.1:2'])).toEqual({ brokers: ['a:1', '10.0.0.1:2'] });
  });

  it('have a host and a port on either side of their only colon', () => {
    const { brokers } = seedBrokers(['a:1', '[::1]:9092', '[fd00::2:1]:9093']);
    expect(brokers).toEqual(['a:1', '--1.ipv6:9092', 'fd00--2-1.ipv6:9093']);
  });

  it.each(['127.0.0.1', '::1'])('are reached at %s', async (host) => {
    await using server = createServer((socket) => socket.end('here')).listen(0, host);
    await once(server, 'listening');
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const { brokers, socketFactory } = seedBrokers([`[::1]:${port}`]);
    const named = host === '::1' ? (brokers[0]?.split(':')[0] ?? '') : host;
    const socket = socketFactory?.({
      host: named,
      port,
      ssl: undefined,
      onConnect: () => undefined,
    });
    const [told]: unknown[] = await once(socket ?? server, 'data');
    expect(String(told)).toBe('here');
    socket?.destroy();
  });
});
