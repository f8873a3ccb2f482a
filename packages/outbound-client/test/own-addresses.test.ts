import { createSocket } from 'node:dgram';

import { waitUntil } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { GatewayRig } from './support/rig.ts';

test('the address inside of a call whose name did not resolve is that of the default route', async () => {
  await using rig = new GatewayRig({
    origin: 'http://nowhere.invalid',
    circuit: { mode: 'observe' },
  });
  const expected = (await chosenFor('198.41.0.4')) ?? (await chosenFor('2001:503:ba3e::2:30'));
  await waitUntil(async () => (await rig.call()).internalIp === expected, { what: 'the kernel' });
  const result = await rig.call();
  expect(result.attempts[0]).toMatchObject({ localAddress: undefined, remoteAddress: undefined });
  expect(result).toMatchObject({ internalIp: expected, remoteAddress: undefined });
});

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
