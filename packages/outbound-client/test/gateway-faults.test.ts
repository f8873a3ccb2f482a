import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { StatusSet } from '@netscope/domain';
import { respond, type Script, ScriptedUpstream, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { Http1OnlyServer } from './support/http1-only-server.ts';
import { closedPort, RawServer } from './support/raw-server.ts';
import { GatewayRig, phaseSums } from './support/rig.ts';

const once = { retry: { attempts: 1 } };

describe('an upstream that', () => {
  test('answers is told with status, digest, addresses and bytes', async () => {
    const answer = { kind: 'respond', status: 200, body: 'hello' } as const;
    await using upstream = await ScriptedUpstream.start({ script: () => answer });
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call();
    const sha256 = createHash('sha256').update('hello').digest('hex');
    expect(result).toMatchObject({
      outcome: 'responded',
      status: 200,
      response: { sha256, bytes: 5 },
      truncated: false,
      throttle: undefined,
      bytesReceived: 5,
      bytesLeft: true,
      internalIp: '127.0.0.1',
      remoteAddress: '127.0.0.1',
      externalIp: undefined,
      circuitState: 'closed',
    });
    expect(result.attempts).toHaveLength(1);
    expect(result.attempts[0]).toMatchObject({ reused: false, connection: 'c1', status: 200 });
    expect(result.attempts[0]?.phasesMs).not.toHaveProperty('dns');
    expect(result.attempts[0]?.phasesMs).not.toHaveProperty('tls');
    expect(result.attempts[0]?.phasesMs.tcp).toBeGreaterThan(0);
  });

  test('refuses connections is refused, with no byte sent', async () => {
    const port = await closedPort();
    await using rig = new GatewayRig({ origin: `http://127.0.0.1:${port}`, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({
      outcome: 'refused',
      error: { code: 'UPSTREAM_CONNECTION_REFUSED', kind: 'transient' },
      bytesLeft: false,
      bytesSent: 0,
      remoteAddress: '127.0.0.1',
    });
    expect(result.attempts[0]).toMatchObject({ connection: undefined, outcome: 'refused' });
  });

  test('refuses a call that may not be repeated gets it again, since no byte was sent', async () => {
    const port = await closedPort();
    await using rig = new GatewayRig({ origin: `http://127.0.0.1:${port}` });
    const result = await rig.call({ repeatable: false });
    expect(result.attempts).toHaveLength(2);
    expect(result.attempts[1]?.backoffMs).toBeGreaterThan(0);
  });

  test('has no name is a DNS failure', async () => {
    await using rig = new GatewayRig({ origin: 'http://nobody.invalid', ...once });
    const result = await rig.call();
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_DNS_FAILURE' },
      bytesLeft: false,
    });
    expect(result.attempts[0]?.phasesMs.dns).toBeGreaterThan(0);
    expect(result.attempts[0]?.phasesMs).not.toHaveProperty('tcp');
  });

  test.each(['reset', 'close'] as const)('%ss instead of answering is broken', async (kind) => {
    await using upstream = await ScriptedUpstream.start({ script: () => ({ kind }) });
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call({ repeatable: false });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_CONNECTION_BROKEN' },
      bytesLeft: true,
    });
    expect(result.attempts).toHaveLength(1);
  });

  test('never answers fires the read timeout', async () => {
    await using upstream = await ScriptedUpstream.start({ script: () => ({ kind: 'silence' }) });
    const timeouts = { connectMs: 2000, readMs: 60, globalMs: 3000 };
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'timed_out', timeoutType: 'read', timeoutCount: 1 });
    expect(result.outcome === 'timed_out' && result.elapsedMs).toBeGreaterThanOrEqual(60);
    expect(result.attempts[0]?.phasesMs.wait).toBeCloseTo(60, 1);
    expect(rig.metrics.total('timeouts_total')).toBe(1);
  });

  test('never answers once is told to have timed out, although the next attempt is answered', async () => {
    const script: Script = ({ sequence }) =>
      sequence === 0 ? { kind: 'silence' } : { kind: 'respond', status: 200 };
    await using upstream = await ScriptedUpstream.start({ script });
    const timeouts = { connectMs: 2000, readMs: 60, globalMs: 3000 };
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'responded', status: 200, timeoutCount: 1 });
    expect(result.lastTimeout?.timeoutType).toBe('read');
    expect(result.lastTimeout?.elapsedMs).toBeGreaterThanOrEqual(60);
  });

  test('trickles its body fires the read timeout, however it trickles', async () => {
    const trickle = { kind: 'trickle', status: 200, bytes: 100, everyMs: 20 } as const;
    await using upstream = await ScriptedUpstream.start({ script: () => trickle });
    const timeouts = { connectMs: 2000, readMs: 90, globalMs: 3000 };
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'timed_out', timeoutType: 'read' });
    expect(result.attempts[0]?.phasesMs.download).toBeGreaterThan(0);
  });

  test('never answers after a long queue still has its whole read timeout, and no more', async () => {
    await using server = await Http1OnlyServer.start((response, sequence) => {
      if (sequence < 2) setTimeout(() => response.end('late'), 70);
    });
    const timeouts = { connectMs: 2000, readMs: 100, globalMs: 1500 };
    await using rig = new GatewayRig({ ...server.definition, timeouts, ...once });
    const [, , third] = await Promise.all([rig.call(), rig.call(), rig.call()]);
    expect(third).toMatchObject({ outcome: 'timed_out', timeoutType: 'read' });
    expect(third?.attempts[0]?.phasesMs.queue).toBeGreaterThan(120);
    expect(third?.attempts[0]?.phasesMs.wait).toBeCloseTo(100, 0);
    expect(third?.latencyMs).toBeLessThan(1400);
  });

  test('is slow past the deadline fires the global timeout', async () => {
    await using upstream = await ScriptedUpstream.start({ script: () => ({ kind: 'silence' }) });
    const timeouts = { connectMs: 2000, readMs: 100, globalMs: 100 };
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'timed_out', timeoutType: 'global' });
  });

  test('closes in the middle of its body is broken, although a status came', async () => {
    const early = { kind: 'early_close', status: 200, bytes: 1000 } as const;
    await using upstream = await ScriptedUpstream.start({ script: () => early });
    await using rig = new GatewayRig({ origin: upstream.origin, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_CONNECTION_BROKEN' },
    });
    expect(result.attempts[0]?.status).toBe(200);
  });

  test('breaks a chunk does not speak HTTP', async () => {
    const broken = { kind: 'broken_chunk', status: 200 } as const;
    await using upstream = await ScriptedUpstream.start({ script: () => broken });
    await using rig = new GatewayRig({ origin: upstream.origin, ...once });
    const result = await rig.call();
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { code: 'UPSTREAM_PROTOCOL_ERROR' },
    });
    // What could not be parsed is a payload.
    expect(inspect(result, { depth: 10 })).not.toContain('zz');
  });

  test('answers with 100 MB is read to the end, digested to the bound, and not buffered', async () => {
    const bytes = 100 * 1_048_576;
    await using upstream = await ScriptedUpstream.start({
      script: () => ({ kind: 'huge_body', status: 200, bytes }),
    });
    const timeouts = { readMs: 10_000, globalMs: 10_000 };
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts });
    const before = keptBytes();
    const result = await rig.call({ responseBytesMax: 1000 });
    expect(result).toMatchObject({
      outcome: 'responded',
      truncated: true,
      bytesReceived: bytes,
      response: {
        bytes: 1000,
        sha256: createHash('sha256').update('x'.repeat(1000)).digest('hex'),
      },
    });
    // Freed in the background, so asked until it is; what is kept would never be.
    await waitUntil(() => keptBytes() - before < 5 * 1_048_576, { what: 'its memory' });
    expect(rig.metrics.total('responses_truncated_total')).toBe(1);
  });

  test('redirects is not followed', async () => {
    const script = (): ReturnType<typeof respond> => respond(302, { location: '/elsewhere' });
    await using upstream = await ScriptedUpstream.start({ script });
    await using rig = new GatewayRig({ origin: upstream.origin });
    expect(await rig.call()).toMatchObject({ outcome: 'responded', status: 302 });
    expect(upstream.ledger.entries).toHaveLength(1);
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ] as const)('answers %s with %i and no body ends at its headers', async (method, status) => {
    await using upstream = await ScriptedUpstream.start({ script: () => respond(status) });
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call({ method, body: undefined });
    expect(result).toMatchObject({ outcome: 'responded', status, response: { bytes: 0 } });
  });

  test('announces the answer with 1xx is heard by its final status', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    await using server = await RawServer.start((socket) => {
      socket.once('data', () => {
        socket.write(hints);
        setTimeout(() => socket.write('HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n'), 30);
      });
    });
    await using rig = new GatewayRig({ origin: server.origin });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'responded', status: 201 });
    expect(result.attempts[0]?.phasesMs.wait).toBeGreaterThan(20);
  });

  test('closed a kept connection before we wrote costs no try', async () => {
    await using server = await RawServer.start((socket) => {
      socket.once('data', () => {
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n');
      });
    });
    await using rig = new GatewayRig({ origin: server.origin });
    for (let call = 0; call < 5; call += 1) {
      expect(await rig.call({ repeatable: false })).toMatchObject({ outcome: 'responded' });
    }
    expect(rig.metrics.total('attempts_total')).toBe(5);
  });

  test('reads a large upload slowly spends the time in write, not in the read timeout', async () => {
    await using server = await RawServer.start((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 150);
      let received = 0;
      socket.on('data', (chunk) => {
        received += chunk.length;
        if (received < UPLOAD.length) return;
        socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      });
    });
    const timeouts = { connectMs: 2000, readMs: 100, globalMs: 3000 };
    await using rig = new GatewayRig({ origin: server.origin, timeouts, ...once });
    const result = await rig.call({ body: UPLOAD });
    expect(result.outcome).toBe('responded');
    expect(result.attempts[0]?.phasesMs.write).toBeGreaterThan(100);
    expect(result.bytesSent).toBeGreaterThan(UPLOAD.length);
  });

  test('gets a request that cannot be sent never sees it, and the circuit does not hear it', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using rig = new GatewayRig({ origin: upstream.origin });
    for (let call = 0; call < 6; call += 1) {
      expect(await rig.call({ headers: ['x-bad', 'a\r\nb: c'] })).toMatchObject({
        outcome: 'failed',
        error: { code: 'UPSTREAM_ERROR', kind: 'permanent' },
        bytesLeft: false,
      });
    }
    expect(upstream.ledger.entries).toHaveLength(0);
    expect(rig.gateway.snapshots()[0]?.circuit.state).toBe('closed');
  });
});

function keptBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().arrayBuffers;
}

const UPLOAD = Buffer.alloc(16 * 1_048_576, 'u');

describe('of every attempt', () => {
  test('the phases and the remainder sum to the total, whatever it came to', async () => {
    await using upstream = await ScriptedUpstream.start({
      script: ({ sequence }) => KINDS[sequence % KINDS.length] ?? respond(200),
    });
    const timeouts = { connectMs: 2000, readMs: 50, globalMs: 200 };
    const circuit = { mode: 'observe' } as const;
    await using rig = new GatewayRig({ origin: upstream.origin, timeouts, circuit });
    const calls = Array.from({ length: 40 }, () => rig.call());
    for (const result of await Promise.all(calls)) {
      for (const { sum, total } of phaseSums(result)) expect(sum).toBeCloseTo(total, 6);
      for (const { phasesMs } of result.attempts) {
        expect(Math.min(...Object.values(phasesMs))).toBeGreaterThanOrEqual(0);
      }
    }
  });

  test('a connection is opened for one and reused by the next', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using rig = new GatewayRig({ origin: upstream.origin, connections: { max: 1 } });
    const first = await rig.call();
    const second = await rig.call();
    expect(first.attempts[0]).toMatchObject({ connection: 'c1', reused: false, reuseCount: 0 });
    expect(second.attempts[0]).toMatchObject({ connection: 'c1', reused: true, reuseCount: 1 });
    expect(second.attempts[0]?.phasesMs).not.toHaveProperty('tcp');
  });

  test('waiting for a connection is queue, and nothing else', async () => {
    await using server = await Http1OnlyServer.start((response) => {
      setTimeout(() => response.end('late'), 60);
    });
    await using rig = new GatewayRig(server.definition);
    const [, second] = await Promise.all([rig.call(), rig.call()]);
    expect(second?.attempts[0]?.phasesMs.queue).toBeGreaterThan(50);
    expect(second?.attempts[0]?.phasesMs.wait).toBeGreaterThan(50);
  });
});

const KINDS = [
  respond(200),
  { kind: 'silence' },
  { kind: 'reset' },
  respond(503),
  { kind: 'early_close', status: 200, bytes: 10 },
  { kind: 'respond', status: 200, body: 'late', delayMs: 20 },
] as const;

test('a transient status is what the route says', async () => {
  await using upstream = await ScriptedUpstream.start({ script: () => respond(418) });
  await using rig = new GatewayRig({ origin: upstream.origin });
  const result = await rig.call({ transient: new StatusSet([418]) });
  expect(result).toMatchObject({ outcome: 'responded', status: 418, retryCount: 1 });
});
