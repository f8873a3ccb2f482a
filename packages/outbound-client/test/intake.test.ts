import { describe, expect, test } from 'vitest';

import { permitOf } from './support/rig.ts';
import { settled, UpstreamRig } from './support/upstream-rig.ts';

const limited = { rateLimit: { perSecond: 10, burst: 1 } };

describe('a throttle', () => {
  test('holds the intake as long as told, and tells when it is over', async () => {
    const rig = new UpstreamRig();
    await rig.answer(429, 700);
    expect(rig.admit()).toEqual({ kind: 'waiting', reason: 'throttled', retryAfterMs: 700 });
    expect(rig.upstream.snapshot().throttledRemainingMs).toBe(700);
    rig.clock.advance(699);
    expect(rig.available).toBe(0);
    rig.clock.advance(1);
    expect(rig.available).toBe(1);
    expect(rig.admit().kind).toBe('admitted');
  });

  test('told by ten answers at once is one wait', async () => {
    const rig = new UpstreamRig();
    const calls = Array.from({ length: 10 }, () => rig.call());
    await settled();
    for (const attempt of rig.transport.pending.splice(0)) attempt.respond(429, 'untold');
    await Promise.all(calls);
    expect(rig.admit()).toMatchObject({ reason: 'throttled', retryAfterMs: 1000 });
  });

  test('with no time told is a wait of the intake, and the result says that none was', async () => {
    const rig = new UpstreamRig();
    expect(await rig.answer(429, 'untold')).toMatchObject({
      throttle: { retryAfterMs: undefined },
    });
    expect(rig.admit()).toMatchObject({ reason: 'throttled', retryAfterMs: 1000 });
  });

  test('makes other callers wait within their deadline, else refuses them', async () => {
    const rig = new UpstreamRig();
    await rig.answer(429, 500);
    const waits = rig.queue();
    await settled();
    rig.clock.advance(500);
    (await rig.attempt()).respond(200);
    expect(await waits).toMatchObject({ status: 200, latencyMs: 500 });
    await rig.answer(429, 2000);
    expect(await rig.queue()).toMatchObject({ error: { code: 'UPSTREAM_RATE_LIMITED' } });
  });
});

describe('a rate limit', () => {
  test('makes the record source wait for its token', () => {
    const rig = new UpstreamRig(limited);
    permitOf(rig.admit());
    const told = rig.admit();
    expect(told).toMatchObject({ kind: 'waiting', reason: 'rate_limited' });
    rig.clock.advance(101);
    expect(rig.available).toBe(1);
    expect(rig.admit().kind).toBe('admitted');
  });

  test('gets the token of an unused permit back', () => {
    const rig = new UpstreamRig(limited);
    permitOf(rig.admit()).release();
    expect(rig.admit().kind).toBe('admitted');
  });

  test('makes other callers wait, each for a token', async () => {
    const rig = new UpstreamRig(limited);
    void rig.queue();
    void rig.queue();
    await settled();
    expect(rig.transport.sent).toBe(1);
    rig.clock.advance(101);
    await settled();
    expect(rig.transport.sent).toBe(2);
  });

  test('in observe mode holds nobody', () => {
    const rig = new UpstreamRig({ rateLimit: { ...limited.rateLimit, mode: 'observe' } });
    for (let call = 0; call < 5; call += 1) expect(rig.admit().kind).toBe('admitted');
    expect(rig.upstream.snapshot().rateLimit.left).toBe(0);
  });
});

describe('the deadline', () => {
  test('runs from the admission, not from the call', async () => {
    const rig = new UpstreamRig();
    const permit = permitOf(rig.admit());
    rig.clock.advance(1500);
    expect(await rig.call({}, permit)).toMatchObject({
      outcome: 'timed_out',
      timeoutType: 'global',
      attempts: [],
      latencyMs: 1500,
    });
    expect(rig.inFlight).toBe(0);
  });

  test('is the earlier of the request and the upstream', async () => {
    const rig = new UpstreamRig();
    void rig.call({ deadlineAtMs: rig.clock.monotonicMs() + 300 });
    expect((await rig.attempt()).call.deadlineAtMs).toBe(rig.clock.monotonicMs() + 300);
    void rig.call({ deadlineAtMs: rig.clock.monotonicMs() + 9000 });
    expect((await rig.attempt()).call.deadlineAtMs).toBe(rig.clock.monotonicMs() + 1500);
  });
});
