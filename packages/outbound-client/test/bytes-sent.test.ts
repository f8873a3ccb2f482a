import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

import type { HttpMethod } from '@netscope/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { GatewayRig } from './support/rig.ts';

const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';
let server: Server;
let received: number;

beforeEach(async () => {
  received = 0;
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      received += bytes.length;
      // Longer than a pause between the parts of one request.
      setTimeout(() => socket.writable && socket.write(ANSWER), 20);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => server.close());

test.each<{ readonly method: HttpMethod; readonly body: Uint8Array | undefined }>([
  { method: 'POST', body: Buffer.from('{"a":1}') },
  { method: 'POST', body: new Uint8Array() },
  { method: 'POST', body: undefined },
  { method: 'PUT', body: undefined },
  { method: 'PATCH', body: undefined },
  { method: 'DELETE', body: undefined },
  { method: 'DELETE', body: Buffer.from('a body') },
  { method: 'GET', body: undefined },
  { method: 'GET', body: new Uint8Array() },
  { method: 'HEAD', body: undefined },
])('bytes_sent of a $method of $body.length bytes is what the upstream received', async (call) => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  await using rig = new GatewayRig({ origin: `http://127.0.0.1:${port}` });
  const result = await rig.call(call);
  expect(result.bytesSent).toBe(received);
});
