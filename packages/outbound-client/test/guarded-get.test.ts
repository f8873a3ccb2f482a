import { describe, expect, test } from 'vitest';

import { AddressGuard } from '../src/address-guard.ts';
import { guardedGet } from '../src/guarded-get.ts';
import { RawServer } from './support/raw-server.ts';
import { TextServer } from './support/text-server.ts';

const OPEN = new AddressGuard({ addresses: 'any', allow: [] });
const PUBLIC = new AddressGuard({ addresses: 'public', allow: [] });

function get(url: string, guard = OPEN, signal = new AbortController().signal): Promise<string> {
  return guardedGet(url, { guard, bodyBytesMax: 16 }, signal);
}

describe('a guarded GET', () => {
  test('gives the text, asked by address or by name', async () => {
    await using server = await TextServer.start({ body: '192.0.2.1' });
    expect(await get(server.origin)).toBe('192.0.2.1');
    expect(await get(server.originAt('localhost'))).toBe('192.0.2.1');
  });

  test('follows no redirect', async () => {
    await using elsewhere = await TextServer.start({ body: '192.0.2.1' });
    const headers = { location: elsewhere.origin };
    await using server = await TextServer.start({ status: 302, headers });
    await expect(get(server.origin)).rejects.toThrow(
      'it answered 302, and no redirect is followed',
    );
    expect(elsewhere.asked).toBe(0);
  });

  test('takes no other status than 200 for an answer', async () => {
    await using server = await TextServer.start({ status: 503, body: '192.0.2.1' });
    await expect(get(server.origin)).rejects.toThrow('it answered 503');
  });

  test('reads no body past its bound, whatever its length is said to be', async () => {
    await using server = await RawServer.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      socket.write(`11\r\n${'1'.repeat(17)}\r\n`);
    });
    await expect(get(server.origin)).rejects.toThrow('it answered more than 16 bytes');
  });

  test.each(['127.0.0.1', 'localhost'])(
    'connects to no address that is not permitted: %s',
    async (host) => {
      await using server = await TextServer.start({ body: '192.0.2.1' });
      await expect(get(server.originAt(host), PUBLIC)).rejects.toThrow(
        /^its address .*127\.0\.0\.1.* is not one that network\.addresses permits$/,
      );
      expect(server.asked).toBe(0);
      const allowed = new AddressGuard({ addresses: 'public', allow: ['127.0.0.0/8'] });
      expect(await get(server.originAt(host), allowed)).toBe('192.0.2.1');
    },
  );

  test('asks no metadata service', async () => {
    await expect(get('http://169.254.169.254/')).rejects.toThrow('its address 169.254.169.254');
    await expect(get('http://[fd00:ec2::254]/')).rejects.toThrow('its address fd00:ec2::254');
  });

  test('ends when it is told to, in the middle of the body too', async () => {
    const ending = new AbortController();
    await using server = await RawServer.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n1', () => ending.abort());
    });
    await expect(get(server.origin, OPEN, ending.signal)).rejects.toThrow(/aborted/);
  });
});
