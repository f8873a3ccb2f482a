import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import { expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { errorSchema } from '../../src/contract.ts';
import { RunningServer } from '../running-server.ts';

const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';

function opening(...headers: readonly string[]): string {
  const upgrade = ['Host: localhost', 'Connection: Upgrade', 'Upgrade: websocket', ...headers];
  return `GET /v1/ws/events HTTP/1.1\r\n${upgrade.join('\r\n')}\r\n\r\n`;
}

test.each([
  ['a version that is not spoken', opening('Sec-WebSocket-Version: 7', KEY)],
  ['no version', opening(KEY)],
  ['no key', opening('Sec-WebSocket-Version: 13')],
  ['no key that is one', opening('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short')],
  [
    'protocols that cannot be read',
    opening('Sec-WebSocket-Version: 13', KEY, 'Sec-WebSocket-Protocol: ,,'),
  ],
])('an opening with %s is refused in the envelope, with both ids', async (_what, bytes) => {
  await using server = await new RunningServer().start();
  const [head = '', body = ''] = (await server.raw(bytes)).split('\r\n\r\n', 2);
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(head).toMatch(/x-request-id: [0-9a-f-]{36}/);
  expect(head).toMatch(/x-trace-id: [0-9a-f]{32}/);
  expect(errorSchema.parse(JSON.parse(body)).error.code).toBe('INVALID_QUERY_PARAM');
});

test('an opening carries both ids, the caller’s own where there is one', async () => {
  await using server = await new RunningServer().start();
  const headers = { 'x-request-id': 'mine-1' };
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/ws/events`, { headers });
  const [response]: IncomingMessage[] = await once(socket, 'upgrade');
  expect(response?.headers['x-request-id']).toBe('mine-1');
  expect(response?.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
  socket.terminate();
});

test('an expectation that is not known is not heeded', async () => {
  await using server = await new RunningServer().start();
  const request = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nExpect: banana\r\n';
  const answer = await server.raw(`${request}Connection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).toMatch(/x-request-id: [0-9a-f-]{36}/);
});
