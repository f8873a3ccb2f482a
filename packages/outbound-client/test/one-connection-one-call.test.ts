import { ScriptedUpstream, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { Http1OnlyServer } from './support/http1-only-server.ts';
import { context, GatewayRig, neverAborted, requestOf } from './support/rig.ts';
import { UpstreamRig } from './support/upstream-rig.ts';

/** Admits until somebody is told to wait. */
function admittedAtOnce(rig: UpstreamRig): number {
  for (let admitted = 0; ; admitted += 1) if (rig.admit().kind === 'waiting') return admitted;
}

describe('an upstream of HTTP/1.1', () => {
  test('has no more permits than connections, and says so', () => {
    const rig = new UpstreamRig({ bulkhead: { inFlight: 16 }, connections: { max: 2 } });
    expect(admittedAtOnce(rig)).toBe(2);
    expect(rig.admit()).toMatchObject({ reason: 'bulkhead_full' });
    expect(rig.upstream.snapshot()).toMatchObject({ inFlight: 2, inFlightMax: 2, saturation: 1 });
  });

  test('has no more of them where the limit is adaptive', () => {
    const bulkhead = { inFlight: 256, adaptive: true };
    const rig = new UpstreamRig({ bulkhead, connections: { max: 8 } });
    expect(admittedAtOnce(rig)).toBe(8);
  });

  test('is sent every record, one after the other, and none is late for want of a connection', async () => {
    const slow = { kind: 'respond', status: 200, delayMs: 60 } as const;
    await using upstream = await ScriptedUpstream.start({ script: () => slow });
    await using rig = new GatewayRig({
      origin: upstream.origin,
      bulkhead: { inFlight: 16 },
      connections: { max: 1 },
      timeouts: { connectMs: 300, readMs: 400, globalMs: 400 },
    });
    let left = 12;
    const outcomes: string[] = [];
    const go = (): void => {
      while (left > 0) {
        const admission = rig.gateway.admit('partner');
        if (admission.kind === 'waiting') return;
        left -= 1;
        const call = { request: requestOf(), context, permit: admission.permit };
        void rig.gateway.call(call, neverAborted).then(({ outcome }) => outcomes.push(outcome));
      }
    };
    rig.gateway.onAvailable(go);
    go();
    await waitUntil(() => outcomes.length === 12, { what: 'every call', everyMs: 5 });
    expect(new Set(outcomes)).toEqual(new Set(['responded']));
    expect(upstream.ledger.entries).toHaveLength(12);
    expect(rig.metrics.total('attempts_total')).toBe(12);
  });
});

describe('an upstream that may speak HTTP/2', () => {
  const connections = { max: 1, http2: true };

  test('has the permits of its bulkhead', () => {
    const origin = 'https://127.0.0.1:9';
    const rig = new UpstreamRig({ origin, bulkhead: { inFlight: 16 }, connections });
    expect(admittedAtOnce(rig)).toBe(16);
  });

  test('and has no TLS speaks HTTP/1.1', () => {
    const origin = 'http://127.0.0.1:9';
    const rig = new UpstreamRig({ origin, bulkhead: { inFlight: 16 }, connections });
    expect(admittedAtOnce(rig)).toBe(1);
  });
});

describe('a call that no connection came free for', () => {
  test('made no attempt, whether its deadline passed or its caller gave up', async () => {
    await using server = await Http1OnlyServer.start(() => undefined);
    await using rig = new GatewayRig(server.definition);
    const abort = new AbortController();
    const first = rig.call({}, abort.signal);
    await waitUntil(() => server.asked === 1, { what: 'the first', everyMs: 1 });
    const late = rig.call({ deadlineAtMs: performance.now() + 50 });
    const givenUp = rig.call({}, AbortSignal.timeout(20));
    expect(await late).toMatchObject({ outcome: 'timed_out', timeoutType: 'global', attempts: [] });
    expect(await givenUp).toMatchObject({ outcome: 'aborted', attempts: [], bytesLeft: false });
    for (const { verdict, latencyMs } of [await late, await givenUp]) {
      expect(verdict).toEqual({ party: 'local', path: 'unknown', localMs: latencyMs });
    }
    expect(rig.metrics.total('attempts_total')).toBe(0);
    expect(rig.metrics.total('timeouts_total')).toBe(0);
    abort.abort();
    expect((await first).attempts).toHaveLength(1);
    expect(server.asked).toBe(1);
  });

  test('again ends with the answer that was had', async () => {
    await using server = await Http1OnlyServer.start((response, sequence) => {
      if (sequence === 0) response.writeHead(503).end();
    });
    await using rig = new GatewayRig(server.definition);
    const answered = rig.call({ deadlineAtMs: performance.now() + 600 });
    const abort = new AbortController();
    const silent = rig.call({}, abort.signal);
    expect(await answered).toMatchObject({ outcome: 'responded', status: 503, retryCount: 0 });
    await waitUntil(() => server.asked === 2, { what: 'the other call', everyMs: 1 });
    expect(rig.metrics.total('retries_total')).toBe(0);
    abort.abort();
    await silent;
  });
});
