import { respond, ScriptedUpstream, waitUntil } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { CountingServer } from './support/counting-server.ts';
import { Http1OnlyServer } from './support/http1-only-server.ts';
import { context, GatewayRig, requestOf } from './support/rig.ts';

const once = { retry: { attempts: 1 } };
const silent = { script: () => ({ kind: 'silence' }) as const };

describe('the real bulkhead', () => {
  test('stays true while attempts time out: the upstream never sees more than the limit', async () => {
    await using server = await CountingServer.start(() => ({ kind: 'silence' }));
    await using rig = new GatewayRig({
      origin: server.origin,
      ...once,
      timeouts: { connectMs: 2000, readMs: 30, globalMs: 400 },
      bulkhead: { inFlight: 4, queue: 100, queueAgeMaxMs: 400 },
      circuit: { mode: 'observe' },
    });
    const { signal } = new AbortController();
    const queued = { request: requestOf(), context, permit: undefined };
    const calls = Array.from({ length: 24 }, () => rig.gateway.call(queued, signal));
    const outcomes = (await Promise.all(calls)).map(({ outcome }) => outcome);
    expect(new Set(outcomes)).toEqual(new Set(['timed_out']));
    expect(server.most).toBeGreaterThan(1);
    expect(server.most).toBeLessThanOrEqual(4);
    expect(rig.gateway.snapshots()[0]?.inFlight).toBe(0);
  });

  test('keeps a permit while the pool still holds a request that nobody waits for', async () => {
    await using server = await Http1OnlyServer.start(() => undefined);
    await using rig = new GatewayRig({
      ...server.definition,
      ...once,
      timeouts: { connectMs: 2000, readMs: 400, globalMs: 2000 },
    });
    const first = rig.call();
    const second = await rig.call({ deadlineAtMs: performance.now() + 150 });
    expect(second).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'global',
      bytesLeft: false,
    });
    expect(rig.gateway.snapshots()[0]?.inFlight).toBe(2);
    await first;
    await waitUntil(() => rig.gateway.snapshots()[0]?.inFlight === 0, {
      what: 'the permits',
      everyMs: 1,
    });
    expect(server.asked).toBe(1);
    // Our own queue is no sample of the upstream.
    expect(rig.gateway.snapshots()[0]?.circuit.windowFailures).toBe(1);
  });
});

describe('a call that is given up', () => {
  test('ends at once as aborted and closes its connection', async () => {
    await using upstream = await ScriptedUpstream.start(silent);
    await using rig = new GatewayRig({ origin: upstream.origin });
    const abort = new AbortController();
    const calls = [rig.call({}, abort.signal), rig.call({}, abort.signal)];
    await waitUntil(() => upstream.ledger.entries.length === 2, { what: 'both', everyMs: 1 });
    abort.abort();
    for (const result of await Promise.all(calls)) {
      expect(result).toMatchObject({ outcome: 'aborted', error: { code: 'CALL_ABORTED' } });
      expect(result).toMatchObject({ bytesLeft: true, retryCount: 0 });
    }
    expect(rig.gateway.snapshots()[0]).toMatchObject({ inFlight: 0 });
    expect(rig.gateway.snapshots()[0]?.circuit.windowAttempts).toBe(0);
  });

  test('before it began makes no attempt', async () => {
    await using upstream = await ScriptedUpstream.start();
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call({}, AbortSignal.abort());
    expect(result).toMatchObject({ outcome: 'aborted', attempts: [], bytesLeft: false });
    expect(upstream.ledger.entries).toHaveLength(0);
    expect(rig.gateway.snapshots()[0]?.inFlight).toBe(0);
  });
});

describe('Retry-After', () => {
  test.each([
    { status: 429, header: '2', retryAfterMs: 2000 },
    { status: 503, header: '2', retryAfterMs: 2000 },
    { status: 429, header: '7200', retryAfterMs: 60_000 },
    { status: 429, header: undefined, retryAfterMs: undefined },
    { status: 429, header: 'later', retryAfterMs: undefined },
  ])('$header of a $status is a throttle', async ({ status, header, retryAfterMs }) => {
    const headers = header === undefined ? {} : { 'retry-after': header };
    await using upstream = await ScriptedUpstream.start({ script: () => respond(status, headers) });
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call();
    expect(result).toMatchObject({ outcome: 'responded', throttle: { retryAfterMs } });
    expect(rig.gateway.admit('partner')).toMatchObject({ reason: 'throttled' });
    expect(upstream.ledger.entries).toHaveLength(1);
  });

  test('as a date is read against the wall clock', async () => {
    const at = new Date(Date.now() + 5000).toUTCString();
    const script = (): ReturnType<typeof respond> => respond(429, { 'retry-after': at });
    await using upstream = await ScriptedUpstream.start({ script });
    await using rig = new GatewayRig({ origin: upstream.origin });
    const result = await rig.call();
    const waitMs = result.outcome === 'responded' ? result.throttle?.retryAfterMs : undefined;
    expect(waitMs).toBeGreaterThan(3000);
    expect(waitMs).toBeLessThanOrEqual(5000);
  });
});

describe('an address', () => {
  test.each([
    ['a literal', 'http://127.0.0.1:9'],
    ['a name', 'http://localhost:9'],
    ['a mapped literal', 'http://[::ffff:127.0.0.1]:9'],
    ['a metadata service', 'http://169.254.169.254'],
  ])('that is not public is refused: %s', async (_what, origin) => {
    await using rig = new GatewayRig({ origin, ...once, network: { addresses: 'public' } });
    for (let call = 0; call < 6; call += 1) {
      expect(await rig.call()).toMatchObject({
        outcome: 'refused',
        error: { code: 'UPSTREAM_ADDRESS_BLOCKED', kind: 'permanent' },
        bytesLeft: false,
      });
    }
    expect(rig.gateway.snapshots()[0]?.circuit).toMatchObject({
      state: 'closed',
      windowAttempts: 0,
    });
  });

  test('of a metadata service is refused even where any address goes', async () => {
    await using rig = new GatewayRig({ origin: 'http://169.254.169.254', ...once });
    expect(await rig.call()).toMatchObject({ error: { code: 'UPSTREAM_ADDRESS_BLOCKED' } });
  });

  test('that is named in `allow` is called', async () => {
    await using upstream = await ScriptedUpstream.start();
    const network = { addresses: 'public', allow: ['127.0.0.0/8'] } as const;
    await using rig = new GatewayRig({ origin: upstream.origin, network });
    expect(await rig.call()).toMatchObject({ outcome: 'responded' });
  });

  test('seen from outside is the one configured', async () => {
    await using upstream = await ScriptedUpstream.start();
    const network = { externalIp: '203.0.113.7' };
    await using rig = new GatewayRig({ origin: upstream.origin, network });
    expect(await rig.call()).toMatchObject({
      internalIp: '127.0.0.1',
      externalIp: '203.0.113.7',
    });
  });
});

test('what the circuit does is told to bus and metrics with its reason', async () => {
  await using upstream = await ScriptedUpstream.start({ script: () => respond(500) });
  await using rig = new GatewayRig({ origin: upstream.origin, ...once });
  for (let call = 0; call < 5; call += 1) await rig.call();
  const reason = '5 failures in a row, the last: status 500';
  expect(rig.bus.published).toMatchObject([
    { eventType: 'system.circuit.changed', severity: 'WARN', from: 'closed', to: 'open', reason },
  ]);
  expect(rig.bus.published[0]?.traceId).toBe('f'.repeat(32));
  expect(rig.metrics.total('circuit_transitions_total')).toBe(1);
  const states = rig.metrics.gaugeSamples('circuit_state');
  expect(states.filter(({ value }) => value === 1)).toMatchObject([{ labels: { state: 'open' } }]);
});

test('metrics tell the same numbers as the results', async () => {
  await using upstream = await ScriptedUpstream.start({
    script: ({ sequence }) => respond(sequence % 3 === 0 ? 422 : 200),
  });
  await using rig = new GatewayRig({ origin: upstream.origin });
  const results = await Promise.all(Array.from({ length: 30 }, () => rig.call()));
  const latencies = results.map(({ latencyMs }) => latencyMs / 1000).toSorted((a, b) => a - b);
  const id = 'request_duration_seconds{route_group=partner,upstream=partner}';
  expect(rig.metrics.observations.get(id)?.toSorted((a, b) => a - b)).toEqual(latencies);
  expect(rig.metrics.total('requests_total')).toBe(30);
  expect(rig.metrics.total('errors_total')).toBe(10);
  expect(rig.metrics.total('attempts_total')).toBe(30);
});

test('an upstream that is not configured is a defect of the caller', async () => {
  await using rig = new GatewayRig({});
  const call = { request: requestOf({ upstream: 'nobody' }), context, permit: undefined };
  expect(() => rig.gateway.admit('nobody')).toThrow('no upstream is called nobody');
  await expect(rig.gateway.call(call, new AbortController().signal)).rejects.toThrow('nobody');
});
