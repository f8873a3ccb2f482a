import { describe, expect, test } from 'vitest';

import { permitOf } from './support/rig.ts';
import { settled, UpstreamRig } from './support/upstream-rig.ts';

describe('an upstream that an operator isolated', () => {
  test('admits nobody however well it is, and says why', () => {
    const rig = new UpstreamRig();
    expect(rig.upstream.control('isolate', 'a bad deploy')).toBe(true);
    expect(rig.admit()).toEqual({ kind: 'waiting', reason: 'isolated', retryAfterMs: undefined });
    expect(rig.upstream.snapshot().circuit).toMatchObject({
      state: 'isolated',
      reason: 'a bad deploy',
    });
    rig.clock.advance(3_600_000);
    expect(rig.admit()).toMatchObject({ reason: 'isolated' });
  });

  test('is isolated in observe mode too', () => {
    const rig = new UpstreamRig({ circuit: { mode: 'observe' } });
    rig.upstream.control('isolate', 'now');
    expect(rig.admit()).toMatchObject({ reason: 'isolated' });
  });

  test('lets calls under way end, repeats none and hears none', async () => {
    const rig = new UpstreamRig({ retry: { attempts: 3 } });
    const result = rig.call();
    const attempt = await rig.attempt();
    rig.upstream.control('isolate', 'now');
    attempt.respond(503);
    rig.clock.advance(60_000);
    await settled();
    rig.clock.advance(60_000);
    expect(await result).toMatchObject({ outcome: 'responded', status: 503 });
    expect(rig.transport.sent).toBe(1);
    expect(rig.circuitState).toBe('isolated');
  });

  test('refuses other callers at once', async () => {
    const rig = new UpstreamRig();
    rig.upstream.control('isolate', 'now');
    expect(await rig.queue()).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
    expect(rig.transport.sent).toBe(0);
  });

  test('after its release lets one probe decide', async () => {
    const rig = new UpstreamRig();
    rig.upstream.control('isolate', 'now');
    rig.admit();
    const told = rig.available;
    expect(rig.upstream.control('release', 'over')).toBe(true);
    expect(rig.available).toBe(told + 1);
    const probe = permitOf(rig.admit());
    expect(probe.probe).toBe(true);
    expect(rig.admit()).toMatchObject({ reason: 'circuit_open' });
    const result = rig.call({}, probe);
    (await rig.attempt()).respond(200);
    await result;
    expect(rig.circuitState).toBe('closed');
    expect(rig.changes.map(({ to }) => to)).toEqual(['isolated', 'half_open', 'closed']);
  });

  test('is not woken by the timer of the opening that it was in', async () => {
    const rig = new UpstreamRig({ circuit: { consecutiveFailures: 1, openMs: 1000 } });
    await rig.answer(500);
    expect(rig.circuitState).toBe('open');
    rig.upstream.control('isolate', 'now');
    rig.clock.advance(600_000);
    expect(rig.circuitState).toBe('isolated');
  });

  test('isolated twice is isolated once, and released twice is released once', () => {
    const rig = new UpstreamRig();
    expect(rig.upstream.control('isolate', 'a')).toBe(true);
    expect(rig.upstream.control('isolate', 'b')).toBe(false);
    expect(rig.upstream.snapshot().circuit).toMatchObject({ state: 'isolated', reason: 'b' });
    expect(rig.upstream.control('release', 'c')).toBe(true);
    expect(rig.upstream.control('release', 'd')).toBe(false);
    expect(rig.changes).toHaveLength(2);
  });
});

describe('an upstream that an operator paused', () => {
  test('admits nobody until it is resumed, and its circuit stays as it is', () => {
    const rig = new UpstreamRig();
    rig.upstream.control('pause', 'maintenance');
    expect(rig.admit()).toEqual({ kind: 'waiting', reason: 'paused', retryAfterMs: undefined });
    expect(rig.upstream.snapshot()).toMatchObject({
      pause: { reason: 'maintenance' },
      circuit: { state: 'closed' },
    });
    rig.clock.advance(3_600_000);
    expect(rig.available).toBe(0);
    rig.upstream.control('resume', 'done');
    expect(rig.available).toBe(1);
    expect(rig.admit().kind).toBe('admitted');
    expect(rig.upstream.snapshot().pause).toBeUndefined();
  });

  test('keeps the newest reason and the first time of a pause that is asked for again', () => {
    const rig = new UpstreamRig();
    rig.upstream.control('pause', 'a');
    const { pause } = rig.upstream.snapshot();
    rig.clock.advance(1000);
    expect(rig.upstream.control('pause', 'b')).toBe(false);
    expect(rig.upstream.snapshot().pause).toEqual({ ...pause, reason: 'b' });
  });

  test('refuses other callers rather than let them wait for a person', async () => {
    const rig = new UpstreamRig();
    rig.upstream.control('pause', 'maintenance');
    expect(await rig.queue()).toMatchObject({ error: { code: 'UPSTREAM_RATE_LIMITED' } });
  });

  test('and isolated needs both to end', () => {
    const rig = new UpstreamRig();
    rig.upstream.control('pause', 'a');
    rig.upstream.control('isolate', 'b');
    expect(rig.upstream.standing).toBe('isolated');
    rig.upstream.control('release', 'c');
    expect(rig.admit()).toMatchObject({ reason: 'paused' });
    rig.upstream.control('resume', 'd');
    expect(rig.upstream.standing).toBe('running');
    expect(rig.admit().kind).toBe('admitted');
  });
});
