import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { FaultProxy } from '../src/fault-proxy.ts';
import { respond } from '../src/upstream/answer.ts';
import { ScriptedUpstream } from '../src/upstream/scripted-upstream.ts';

describe('a fault proxy', () => {
  let upstream: ScriptedUpstream;
  let proxy: FaultProxy;
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start({
      script: ({ body }) => ({ kind: 'respond', status: 200, body: body.toString() }),
    });
    proxy = await FaultProxy.start({ targetPort: upstream.port });
  });
  afterEach(async () => {
    await proxy[Symbol.asyncDispose]();
    await upstream[Symbol.asyncDispose]();
  });

  const call = async (body = 'x', signal: AbortSignal | null = null): Promise<string> =>
    (await fetch(`http://${proxy.address}/`, { method: 'POST', body, signal })).text();

  it('passes everything on, in order', async () => {
    const body = Array.from({ length: 300_000 }, (_, index) => index).join(',');
    expect(await call(body)).toBe(body);
  });

  it('delays each way by its latency', async () => {
    proxy.latencyMs = 30;
    const startedMs = performance.now();
    const body = 'y'.repeat(2_000_000);
    expect(await call(body)).toBe(body);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(59);
  });

  it('cuts what is open and takes new connections', async () => {
    upstream.script = () => ({ kind: 'silence' });
    const broken = call();
    broken.catch(() => undefined);
    while (upstream.ledger.entries.length === 0) await new Promise(setImmediate);
    proxy.cut();
    await expect(broken).rejects.toThrow('fetch failed');
    upstream.script = () => respond(200);
    await expect(call()).resolves.toBe('');
  });

  it('refuses until it is healed', async () => {
    await proxy.refuse();
    await expect(call()).rejects.toThrow('fetch failed');
    await proxy.heal();
    expect(await call('after')).toBe('after');
  });

  it('swallows bytes as a black hole and lets them flow when healed', async () => {
    proxy.blackhole();
    const held = call('held');
    while (proxy.openSockets < 2) await new Promise(setImmediate);
    expect(upstream.ledger.entries).toHaveLength(0);
    await proxy.heal();
    expect(await held).toBe('held');
  });
});
