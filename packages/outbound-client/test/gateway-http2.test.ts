import { readFileSync } from 'node:fs';
import { createSecureServer, constants, type ServerHttp2Stream } from 'node:http2';

import type { OutboundResult } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { GatewayRig } from './support/rig.ts';

/** Signed by itself for localhost and 127.0.0.1; its key protects nothing. */
const cert = readFileSync(new URL('support/test-cert.pem', import.meta.url), 'utf8');
const key = readFileSync(new URL('support/test-key.pem', import.meta.url), 'utf8');

interface Asked {
  readonly results: readonly OutboundResult[];
  /** Streams that the upstream was sent. */
  readonly streams: number;
}

/** Calls that may not be repeated, one after the other, to an upstream that does this to each. */
async function ask(
  calls: number,
  answer: (stream: ServerHttp2Stream, sequence: number) => void,
): Promise<Asked> {
  const server = createSecureServer({ cert, key });
  let streams = 0;
  server.on('sessionError', () => undefined);
  server.on('stream', (stream) => {
    stream.on('error', () => undefined);
    answer(stream, streams);
    streams += 1;
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const results: OutboundResult[] = [];
  await using rig = new GatewayRig({
    origin: `https://127.0.0.1:${address.port}`,
    tls: { ca: cert },
    connections: { http2: true },
  });
  try {
    while (results.length < calls) {
      // The next goes out on what the one before left.
      results.push(await rig.call({ repeatable: false }));
    }
  } finally {
    server.close();
  }
  return { results, streams };
}

function accept(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200 });
  stream.end('ok');
}

describe('an upstream of HTTP/2 that', () => {
  test.each([
    ['INTERNAL_ERROR', constants.NGHTTP2_INTERNAL_ERROR],
    ['ENHANCE_YOUR_CALM', constants.NGHTTP2_ENHANCE_YOUR_CALM],
  ])('resets a stream broke it off, and is told why (%s)', async (name, code) => {
    const { results, streams } = await ask(1, (stream) => stream.close(code));
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_CONNECTION_BROKEN', details: { causeCode: `NGHTTP2_${name}` } },
      bytesLeft: true,
    });
    expect(streams).toBe(1);
  });

  test('says goodbye with an error broke the call off, and the next gets a new connection', async () => {
    const { results } = await ask(2, (stream, sequence) => {
      if (sequence === 0) stream.session?.goaway(constants.NGHTTP2_INTERNAL_ERROR);
      else accept(stream);
    });
    expect(results[0]).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_CONNECTION_BROKEN' },
      bytesLeft: true,
    });
    expect(results[1]).toMatchObject({ outcome: 'responded', status: 200 });
  });

  test('says goodbye in good order answers what it took, and nothing is sent twice', async () => {
    const { results, streams } = await ask(3, (stream) => {
      stream.session?.goaway(constants.NGHTTP2_NO_ERROR);
      setTimeout(() => accept(stream), 20);
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['responded', 'responded', 'responded']);
    expect(streams).toBe(3);
  });

  test('answers and resets the rest of the request has answered', async () => {
    const { results } = await ask(2, (stream) => {
      accept(stream);
      stream.close(constants.NGHTTP2_NO_ERROR);
    });
    expect(results.map(({ outcome }) => outcome)).toEqual(['responded', 'responded']);
  });
});
