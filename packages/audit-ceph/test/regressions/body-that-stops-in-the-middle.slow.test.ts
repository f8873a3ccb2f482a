import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { S3ObjectStore } from '../../src/s3.ts';

const { signal } = new AbortController();
let server: Server;

beforeEach(async () => {
  server = createServer((_, answer) => {
    answer.writeHead(200, { 'content-length': 1000 }).write('the first bytes');
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

it.each(['read', 'get', 'list'] as const)(
  'a %s whose answer stops in the middle of its body ends in a time-out',
  async (operation) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on TCP has one
    const { port } = server.address() as AddressInfo;
    const store = new S3ObjectStore({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'default',
      bucket: 'bucket',
      accessKeyId: 'a',
      secretAccessKey: 'b',
      requestTimeoutMs: 300,
    });
    const asked = {
      read: async () => store.read({ key: 'k', versionId: undefined }, signal),
      get: async () => store.get('k', signal),
      list: async () => Array.fromAsync(store.list({ prefix: 'audit/' }, signal)),
    }[operation]();
    await expect(asked).rejects.toMatchObject({ code: 'STORAGE_TIMEOUT' });
    store.close();
  },
);
