import { createRequire } from 'node:module';
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

interface KafkaConnection {
  readonly socket: Socket;
  connect: () => Promise<unknown>;
  disconnect: () => Promise<unknown>;
}

const require = createRequire(import.meta.url);
const Connection: new (
  options: object,
) => KafkaConnection = require('kafkajs/src/network/connection.js');
const socketFactory: () => unknown = require('kafkajs/src/network/socketFactory.js');

const silent = { namespace: () => silent, debug: () => {}, error: () => {} };
/** Nothing listens there, and nobody but root may. */
const CLOSED_PORT = 1;

/**
 * Guards against a warning of a leak (`MaxListenersExceededWarning`, 11 `connect` listeners) in an
 * outage: a socket without a handle that is told not to keep the process alive waits for one, and
 * kafkajs says so to a dead one each time that it gives the connection up.
 */
describe('A connection to a broker that broke', () => {
  it('may be given up many times', async () => {
    const options = { host: '127.0.0.1', port: CLOSED_PORT, logger: silent };
    const timeouts = { requestTimeout: 1000, connectionTimeout: 1000 };
    const connection = new Connection({
      ...options,
      ...timeouts,
      socketFactory: socketFactory(),
    });
    await expect(connection.connect()).rejects.toThrow('ECONNREFUSED');
    const listeners = connection.socket.listenerCount('connect');
    for (let time = 0; time < 12; time += 1) await connection.disconnect();
    expect(connection.socket.listenerCount('connect')).toBe(listeners);
  });
});
