import { expect, test } from 'vitest';

import { RawServer } from './support/raw-server.ts';
import { GatewayRig } from './support/rig.ts';

test.each([
  ['a 100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n', 'bad response'],
  [
    'a switch of protocols',
    'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n',
    'bad upgrade',
  ],
  ['a status below 100', 'HTTP/1.1 099 Odd\r\n\r\n', 'ERR_ASSERTION'],
])(
  'an upstream that answers with %s does not speak HTTP, and it is said why',
  async (_name, text, causeCode) => {
    await using server = await RawServer.start((socket) => {
      socket.once('data', () => void socket.write(text));
    });
    await using rig = new GatewayRig({ origin: server.origin, retry: { attempts: 1 } });
    expect(await rig.call()).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_PROTOCOL_ERROR', details: { causeCode } },
    });
  },
);
