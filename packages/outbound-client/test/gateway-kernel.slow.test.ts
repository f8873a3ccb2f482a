import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import path from 'node:path';
import { setTimeout as turnOfTheLoop } from 'node:timers/promises';

import { NetworkProbe } from '@netscope/network-probe';
import { realClock, UpstreamProcess } from '@netscope/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { library } from './support/native.ts';
import { closedPort, RawServer } from './support/raw-server.ts';
import { type DefinitionChange, GatewayRig } from './support/rig.ts';

const SUPPORT = path.join(import.meta.dirname, 'support');
/** More than the buffers of loopback take. */
const UPLOAD_BYTES = 16 * 1024 * 1024;
const STALLED = { connectMs: 200, readMs: 300, globalMs: 500 };
const QUICK = { connectMs: 200, readMs: 100, globalMs: 2000 };

/** Keeps the event loop from everything else. */
function blockFor(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

/** Has a connection open and idle, so that the next request leaves at once. */
async function connect(rig: GatewayRig): Promise<void> {
  await rig.call();
  // The client takes its next request at once only after a turn of the loop.
  await turnOfTheLoop();
}

describe.skipIf(library === undefined)('a gateway that asks the kernel', () => {
  let upstream: UpstreamProcess;
  const probe = new NetworkProbe(realClock, library);

  beforeAll(async () => {
    upstream = await UpstreamProcess.start();
  });

  afterAll(async () => {
    probe.close();
    await upstream[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    await upstream.setRules([]);
  });

  function rigOf(change: DefinitionChange = {}): GatewayRig {
    const definition = { origin: upstream.origin, connections: { max: 1 }, ...change };
    return new GatewayRig(definition, { probe });
  }

  test('has the facts of the socket in every attempt, by the name that the kernel gave it', async () => {
    await using rig = rigOf();
    const [first] = (await rig.call()).attempts;
    const [second] = (await rig.call()).attempts;
    expect(first?.connection).toMatch(/^\d+$/u);
    expect(second?.connection).toBe(first?.connection);
    const third = (await rig.call()).attempts[0];
    expect(first).toMatchObject({ reused: false, reuseCount: 0, socket: { retransmits: 0 } });
    expect(second).toMatchObject({ reused: true, reuseCount: 1, socket: { retransmits: 0 } });
    expect(third).toMatchObject({ reused: true, reuseCount: 2 });
    expect(second?.socket?.minRttUs).toBeGreaterThan(0);
    expect(second?.socket?.bytesAcked).toBe(second?.bytesSent);
  });

  test('counts opened and used connections, their round trips and what was sent again', async () => {
    await using rig = rigOf();
    expect(rig.metrics.gaugeSamples('connection_min_rtt_seconds')).toEqual([]);
    const last = [await rig.call(), await rig.call(), await rig.call()].at(-1)?.attempts[0]?.socket;
    const { counts, observations } = rig.metrics;
    expect(counts.get('connection_opens_total{upstream=partner}')).toBe(1);
    expect(counts.get('connection_reuses_total{upstream=partner}')).toBe(2);
    expect(counts.get('connection_retransmits_total{upstream=partner}')).toBeUndefined();
    const rtts = observations.get('connection_rtt_seconds{upstream=partner}');
    expect(rtts).toHaveLength(3);
    expect(rtts?.at(-1)).toBe((last?.rttUs ?? 0) / 1e6);
    expect(rig.metrics.gaugeSamples('connection_min_rtt_seconds')).toEqual([
      { labels: { upstream: 'partner' }, value: (last?.minRttUs ?? 0) / 1e6 },
    ]);
  });

  test('has them of an attempt whose connection was reset', async () => {
    await using rig = rigOf({ retry: { attempts: 1 } });
    await rig.call();
    await upstream.setRules([{ answer: { kind: 'reset' } }]);
    const { attempts } = await rig.call();
    expect(attempts[0]).toMatchObject({ outcome: 'failed', socket: { retransmits: 0 } });
  });

  test('has them of an attempt that timed out, and of one that was given up', async () => {
    await using rig = rigOf({ retry: { attempts: 1 }, timeouts: QUICK });
    await connect(rig);
    await upstream.setRules([{ answer: { kind: 'silence' } }]);
    const [late] = (await rig.call()).attempts;
    const [left] = (await rig.call({}, AbortSignal.timeout(50))).attempts;
    for (const [attempt, outcome] of [
      [late, 'timed_out'],
      [left, 'aborted'],
    ] as const) {
      expect(attempt).toMatchObject({ outcome, socket: { retransmits: 0 } });
      expect(attempt?.socket?.bytesAcked).toBe(attempt?.bytesSent);
      expect(attempt?.socket?.minRttUs).toBeGreaterThan(0);
    }
  });

  test('counts of an upload what left this host, and not what a peer that never reads kept here', async () => {
    await using raw = await RawServer.start((socket) => void socket.pause());
    await using rig = rigOf({ origin: raw.origin, retry: { attempts: 1 }, timeouts: STALLED });
    const { attempts, bytesSent, bytesLeft } = await rig.call({ body: Buffer.alloc(UPLOAD_BYTES) });
    const [attempt] = attempts;
    expect(attempt?.outcome).toBe('timed_out');
    expect(attempt?.bytesSent).toBeGreaterThanOrEqual(attempt?.socket?.bytesAcked ?? Infinity);
    expect(attempt?.bytesSent).toBeLessThan(UPLOAD_BYTES);
    expect({ bytesSent, bytesLeft }).toEqual({ bytesSent: attempt?.bytesSent, bytesLeft: true });
  });

  test('counts all of an upload that was answered', async () => {
    await using rig = rigOf();
    const [attempt] = (await rig.call({ body: Buffer.alloc(UPLOAD_BYTES) })).attempts;
    expect(attempt?.outcome).toBe('responded');
    expect(attempt?.bytesSent).toBeGreaterThan(UPLOAD_BYTES);
  });

  test('has them of an attempt that ended in its TLS handshake', async () => {
    await using raw = await RawServer.start((socket) => void socket.resume());
    const origin = raw.origin.replace('http:', 'https:');
    await using rig = rigOf({ origin, retry: { attempts: 1 }, timeouts: QUICK });
    const { attempts, verdict } = await rig.call();
    expect(attempts[0]).toMatchObject({ outcome: 'timed_out', socket: { retransmits: 0 } });
    // All that was sent is the greeting of the handshake.
    expect(attempts[0]?.socket?.bytesAcked).toBeGreaterThan(200);
    expect(attempts[0]?.socket?.minRttUs).toBeGreaterThan(0);
    expect(verdict).toMatchObject({ party: 'upstream', path: 'direct' });
  });

  test('has none of an attempt that never had a connection', async () => {
    const origin = `http://127.0.0.1:${await closedPort()}`;
    await using rig = rigOf({ origin, retry: { attempts: 1 } });
    const { attempts } = await rig.call();
    expect(attempts[0]).toMatchObject({ outcome: 'refused', socket: undefined });
  });

  test('blames a slow upstream for its time', async () => {
    await upstream.setRules([{ answer: { kind: 'respond', status: 200, delayMs: 60 } }]);
    await using rig = rigOf();
    const { verdict } = await rig.call();
    expect(verdict).toMatchObject({ party: 'upstream', path: 'direct' });
    expect(verdict?.upstreamMs).toBeGreaterThan(55);
  });

  test('blames itself where the answer lay unread', async () => {
    await using rig = rigOf();
    await connect(rig);
    const calling = rig.call();
    setImmediate(() => blockFor(80));
    const { verdict, attempts } = await calling;
    expect(verdict).toMatchObject({ party: 'local' });
    expect(verdict?.localMs).toBeGreaterThan(60);
    expect(attempts[0]?.phasesMs.unaccounted).toBeGreaterThan(60);
  });

  test('waits for the answer, and not for an interim one', async () => {
    await using raw = await RawServer.start((socket) => {
      socket.on('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        // This loop is the gateway's as well: the interim answer lies unread for a while.
        blockFor(15);
        setTimeout(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 60);
      });
    });
    await using rig = rigOf({ origin: raw.origin });
    await connect(rig);
    const { attempts } = await rig.call();
    expect(attempts[0]).toMatchObject({ outcome: 'responded', status: 200, reused: true });
    expect(attempts[0]?.phasesMs.wait).toBeGreaterThan(50);
  });

  test('knows when an answer began that came after an interim one and lay unread', async () => {
    await using raw = await RawServer.start((socket) => {
      // Or the head would wait 40 ms for the interim answer to be acknowledged.
      socket.setNoDelay(true);
      socket.on('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
        setTimeout(() => {
          socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n');
          blockFor(60);
          socket.write('ok');
        }, 20);
      });
    });
    await using rig = rigOf({ origin: raw.origin });
    await connect(rig);
    const { attempts } = await rig.call();
    expect(attempts[0]).toMatchObject({ outcome: 'responded', status: 200, reused: true });
    // All of it is read at the same time; the kernel has the head when it came.
    expect(attempts[0]?.phasesMs.download).toBeGreaterThan(50);
  });

  test('takes no answer of another request of HTTP/2 for the first byte', async () => {
    const [cert, key] = ['test-cert.pem', 'test-key.pem'].map((name) =>
      readFileSync(path.join(SUPPORT, name), 'utf8'),
    );
    const server = createSecureServer({ cert, key }, (request, response) => {
      request.resume();
      const { ':path': target } = request.headers;
      setTimeout(() => response.end('ok'), target === '/late' ? 60 : 0);
      // What is answered at once lies unread for a while.
      setTimeout(() => blockFor(15), 1);
    });
    await once(server.listen(0, 'localhost'), 'listening');
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new Error('no port');
    await using rig = rigOf({
      origin: `https://localhost:${bound.port}`,
      tls: { ca: cert },
      connections: { max: 1, http2: true },
    });
    await connect(rig);
    const [late] = await Promise.all([rig.call({ target: '/late' }), rig.call({ target: '/now' })]);
    expect(late.attempts[0]).toMatchObject({ reused: true, tls: { alpn: 'h2' } });
    expect(late.attempts[0]?.phasesMs.wait).toBeGreaterThan(50);
    server.close();
  });

  test('tells how long an answer lay unread beside how long it took to come', async () => {
    await upstream.setRules([{ answer: { kind: 'respond', status: 200, delayMs: 20 } }]);
    await using rig = rigOf();
    await connect(rig);
    const calling = rig.call();
    setImmediate(() => blockFor(100));
    const phases = (await calling).attempts[0]?.phasesMs;
    expect(phases?.wait).toBeGreaterThan(19);
    expect(phases?.wait).toBeLessThan(60);
    expect(phases?.unaccounted).toBeGreaterThan(40);
  });

  test('calls a timeout its own when the answer was there in time', async () => {
    await using rig = rigOf({ timeouts: QUICK, retry: { attempts: 3 } });
    await connect(rig);
    const calling = rig.call();
    setImmediate(() => blockFor(300));
    const result = await calling;
    expect(result).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'read',
      error: { code: 'LOCAL_EVENT_LOOP' },
      verdict: { party: 'local' },
    });
    expect(result.attempts).toHaveLength(1);
    expect(rig.gateway.snapshots()[0]?.circuit).toMatchObject({ windowFailures: 0 });
    const counted = 'timeouts_total{upstream=partner,timeout_type=local_event_loop}';
    expect(rig.metrics.counts.get(counted)).toBe(1);
    expect(rig.metrics.total('timeouts_total')).toBe(1);
  });

  test('calls a timeout its own when the request left only after it was due', async () => {
    await using rig = rigOf({ timeouts: { ...QUICK, globalMs: 150 }, retry: { attempts: 3 } });
    await connect(rig);
    await upstream.setRules([{ answer: { kind: 'respond', status: 200, delayMs: 20 } }]);
    setImmediate(() => blockFor(250));
    expect(await rig.call()).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'global',
      bytesLeft: true,
      error: { code: 'LOCAL_EVENT_LOOP' },
      verdict: { party: 'local' },
    });
    expect(rig.gateway.snapshots()[0]?.circuit).toMatchObject({ windowFailures: 0 });
  });

  test('calls a connect timeout its own when the kernel had the connection', async () => {
    await using rig = rigOf({ retry: { attempts: 1 }, timeouts: { ...QUICK, connectMs: 100 } });
    const calling = rig.call();
    setImmediate(() => blockFor(200));
    expect(await calling).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'connect',
      error: { code: 'LOCAL_EVENT_LOOP' },
      verdict: { party: 'local' },
    });
  });

  test('calls a timeout the upstream’s when nothing had come, however late the loop was', async () => {
    await using rig = rigOf({ timeouts: QUICK, retry: { attempts: 1 } });
    await connect(rig);
    await upstream.setRules([{ answer: { kind: 'silence' } }]);
    const calling = rig.call();
    setImmediate(() => blockFor(200));
    expect(await calling).toMatchObject({
      outcome: 'timed_out',
      error: { code: 'UPSTREAM_TIMEOUT' },
    });
  });

  test('calls a timeout the upstream’s when the answer came only after it was due', async () => {
    await using rig = rigOf({ timeouts: QUICK, retry: { attempts: 1 } });
    await connect(rig);
    await upstream.setRules([{ answer: { kind: 'respond', status: 200, delayMs: 150 } }]);
    const calling = rig.call();
    setImmediate(() => blockFor(250));
    expect(await calling).toMatchObject({
      outcome: 'timed_out',
      error: { code: 'UPSTREAM_TIMEOUT' },
    });
  });
});
