import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { Server } from 'node:net';

import { describe, expect, test } from 'vitest';

import { RawServer } from './support/raw-server.ts';
import { GatewayRig, phaseSums } from './support/rig.ts';

/** Signed by itself for localhost and 127.0.0.1; its key protects nothing. */
const cert = readFileSync(new URL('support/test-cert.pem', import.meta.url), 'utf8');
const key = readFileSync(new URL('support/test-key.pem', import.meta.url), 'utf8');

const patient = {
  timeouts: { connectMs: 1000, readMs: 1000, globalMs: 3000 },
  retry: { attempts: 1 },
};

interface Secure extends AsyncDisposable {
  readonly origin: string;
}

async function serve(server: Pick<Server, 'listen' | 'address' | 'close'>): Promise<Secure> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `https://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
}

function secureServer(): Promise<Secure> {
  return serve(
    createServer({ cert, key }, (request, response) => {
      request.resume().on('end', () => void response.end('secret'));
    }),
  );
}

describe('over TLS', () => {
  test('an attempt tells what the handshake agreed on, and its time', async () => {
    await using server = await secureServer();
    await using rig = new GatewayRig({ origin: server.origin, tls: { ca: cert }, ...patient });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'responded', status: 200, response: { bytes: 6 } });
    expect(result.attempts[0]?.tls).toMatchObject({ version: 'TLSv1.3', sessionReused: false });
    expect(result.attempts[0]?.tls?.cipher).toMatch(/^TLS_/);
    expect(result.attempts[0]?.tls?.certificateExpiresAtMs).toBeGreaterThan(Date.now());
    expect(result.attempts[0]?.phasesMs.tls).toBeGreaterThan(0);
    for (const { sum, total } of phaseSums(result)) expect(sum).toBeCloseTo(total, 6);
  });

  test('a certificate that nobody vouches for is a TLS failure, and no byte left', async () => {
    await using server = await secureServer();
    await using rig = new GatewayRig({ origin: server.origin, ...patient });
    expect(await rig.call()).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'UPSTREAM_TLS_FAILURE',
        details: { causeCode: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
      },
      bytesLeft: false,
    });
  });

  test('a certificate for another name is a TLS failure', async () => {
    await using server = await secureServer();
    const tls = { ca: cert, serverName: 'partner.example.net' };
    await using rig = new GatewayRig({ origin: server.origin, tls, ...patient });
    expect(await rig.call()).toMatchObject({ error: { code: 'UPSTREAM_TLS_FAILURE' } });
  });

  test('a certificate of ours is shown to who asks for one, and missed where there is none', async () => {
    const asking = { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true };
    await using server = await serve(
      createServer(asking, (request, response) => {
        request.resume().on('end', () => void response.end('known'));
      }),
    );
    await using known = new GatewayRig({
      origin: server.origin,
      tls: { ca: cert, cert, key },
      ...patient,
    });
    expect(await known.call()).toMatchObject({ outcome: 'responded', status: 200 });
    await using unknown = new GatewayRig({ origin: server.origin, tls: { ca: cert }, ...patient });
    expect(await unknown.call()).toMatchObject({ outcome: 'failed' });
  });

  test('a peer that speaks no version as new as is asked for is a TLS failure', async () => {
    await using server = await serve(createServer({ cert, key, maxVersion: 'TLSv1.2' }));
    const tls = { ca: cert, minVersion: 'TLSv1.3' } as const;
    await using rig = new GatewayRig({ origin: server.origin, tls, ...patient });
    expect(await rig.call()).toMatchObject({ error: { code: 'UPSTREAM_TLS_FAILURE' } });
  });

  test('a peer that closes in the handshake is a TLS failure', async () => {
    await using server = await RawServer.start((socket) => {
      socket.once('data', () => socket.destroy());
    });
    const origin = server.origin.replace('http:', 'https:');
    await using rig = new GatewayRig({ origin, ...patient });
    expect(await rig.call()).toMatchObject({ error: { code: 'UPSTREAM_TLS_FAILURE' } });
  });

  test('a handshake that never ends fires the connect timeout, and the circuit hears it', async () => {
    await using server = await RawServer.start(() => undefined);
    const origin = server.origin.replace('http:', 'https:');
    const timeouts = { connectMs: 300, readMs: 500, globalMs: 1000 };
    await using rig = new GatewayRig({ origin, ...patient, timeouts });
    const result = await rig.call();
    expect(result).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'connect',
      elapsedMs: 300,
      bytesLeft: false,
      remoteAddress: '127.0.0.1',
    });
    // All of it but what a busy machine takes to connect to itself.
    expect(result.attempts[0]?.phasesMs.tls).toBeGreaterThan(150);
    expect(rig.gateway.snapshots()[0]?.circuit.windowFailures).toBe(1);
  });

  test('HTTP/2 is spoken where it is configured, on one connection', async () => {
    await using server = await serve(
      createSecureServer({ cert, key }, (request, response) => {
        request.resume().on('end', () => void response.end('two'));
      }),
    );
    const connections = { http2: true };
    await using rig = new GatewayRig({
      origin: server.origin,
      tls: { ca: cert },
      connections,
      ...patient,
    });
    const first = await rig.call();
    const more = await Promise.all([rig.call(), rig.call(), rig.call()]);
    for (const result of [first, ...more]) {
      expect(result).toMatchObject({ outcome: 'responded', status: 200, response: { bytes: 3 } });
      for (const { sum, total } of phaseSums(result)) expect(sum).toBeCloseTo(total, 6);
    }
    expect(first.attempts[0]?.tls?.alpn).toBe('h2');
    expect(new Set(more.map((result) => result.attempts[0]?.connection))).toEqual(new Set(['c1']));
  });
});
