import { StatusSet } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { settled, UpstreamRig } from './support/upstream-rig.ts';

/** Past any first backoff with the documented base. */
const PAST_BACKOFF_MS = 50;
const lenient = { circuit: { mode: 'observe' } } as const;

describe('a call', () => {
  test('is repeated once after a transient status and says how long it waited', async () => {
    const rig = new UpstreamRig();
    const result = rig.call();
    (await rig.attempt()).respond(503);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    (await rig.attempt()).respond(200);
    expect(await result).toMatchObject({ status: 200, retryCount: 1, latencyMs: 50 });
    expect(rig.metrics.total('retries_total')).toBe(1);
    expect(rig.metrics.total('requests_total')).toBe(1);
    expect(rig.metrics.total('errors_total')).toBe(0);
  });

  test('counts no repetition that was given up before it began', async () => {
    const rig = new UpstreamRig();
    const result = rig.call();
    (await rig.attempt()).respond(503);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    (await rig.attempt()).giveUp();
    expect(await result).toMatchObject({ outcome: 'aborted', retryCount: 0 });
    expect(rig.metrics.total('retries_total')).toBe(0);
  });

  test('has at most the attempts configured, all in', async () => {
    const rig = new UpstreamRig({ ...lenient, retry: { attempts: 3, budgetRatio: 1 } });
    const result = rig.call();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      (await rig.attempt()).respond(500);
      await settled();
      rig.clock.advance(PAST_BACKOFF_MS * 4);
    }
    expect((await result).attempts).toHaveLength(3);
  });

  test.each([
    ['200', 200, false],
    ['a rejection', 422, false],
    ['a redirect', 302, false],
    ['credentials', 401, false],
    ['a transient status', 503, true],
  ])('after %s is repeated: %3$s', async (_what, status, isRepeated) => {
    const rig = new UpstreamRig();
    void rig.call();
    (await rig.attempt()).respond(status);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    await settled();
    expect(rig.transport.sent).toBe(isRepeated ? 2 : 1);
  });

  test('is not repeated when the upstream asked to wait', async () => {
    const rig = new UpstreamRig();
    const result = await rig.answer(429, 500);
    expect(result).toMatchObject({ throttle: { retryAfterMs: 500 }, retryCount: 0 });
  });

  test('that may not be repeated is not, once a byte of it left', async () => {
    const rig = new UpstreamRig();
    const result = rig.call({ repeatable: false });
    (await rig.attempt()).timeOut('read');
    expect(await result).toMatchObject({ outcome: 'timed_out', retryCount: 0, bytesLeft: true });
  });

  test('that may not be repeated is, when no byte of it left', async () => {
    const rig = new UpstreamRig();
    const result = rig.call({ repeatable: false });
    (await rig.attempt()).fail('UPSTREAM_CONNECTION_REFUSED', false);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    (await rig.attempt()).respond(200);
    expect(await result).toMatchObject({ status: 200, retryCount: 1 });
  });

  test('is not repeated when its wait cannot fit the deadline', async () => {
    const rig = new UpstreamRig({ retry: { baseMs: 2000, attempts: 5, budgetRatio: 1 } });
    const result = rig.call();
    const first = await rig.attempt();
    rig.clock.advance(1499);
    first.respond(503);
    expect(await result).toMatchObject({ status: 503, retryCount: 0 });
  });

  test('past the retry budget fails fast with the last result, and that is counted', async () => {
    const rig = new UpstreamRig({ ...lenient, retry: { budgetRatio: 0, budgetMinPerSecond: 0 } });
    const result = rig.call();
    (await rig.attempt()).respond(503);
    expect(await result).toMatchObject({ status: 503, retryCount: 0 });
    expect(rig.metrics.total('retry_budget_exhausted_total')).toBe(1);
  });

  test('on an upstream that always fails makes no more than 1.1 attempts, and one a second', async () => {
    const rig = new UpstreamRig({ ...lenient, bulkhead: { inFlight: 2000 } });
    for (let call = 0; call < 1000; call += 1) void rig.call();
    await settled();
    for (const attempt of rig.transport.pending.splice(0)) attempt.respond(503);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    await settled();
    expect(rig.transport.sent).toBeGreaterThan(1090);
    expect(rig.transport.sent).toBeLessThanOrEqual(1102);
    for (const attempt of rig.transport.pending.splice(0)) attempt.respond(503);
    await settled();
    expect(rig.upstream.snapshot().retry.amplification).toBe(rig.transport.sent / 1000);
  });

  test('after a global timeout is over', async () => {
    const rig = new UpstreamRig();
    const result = rig.call();
    (await rig.attempt()).timeOut('global');
    expect(await result).toMatchObject({ timeoutType: 'global', retryCount: 0 });
  });

  test('whose repetition the circuit refuses keeps the answer that it had', async () => {
    const rig = new UpstreamRig();
    for (let failure = 0; failure < 4; failure += 1) await rig.answer(503);
    const result = rig.call();
    (await rig.attempt()).respond(503);
    await settled();
    rig.clock.advance(PAST_BACKOFF_MS);
    expect(await result).toMatchObject({ outcome: 'responded', status: 503, circuitState: 'open' });
  });

  test('that does not deliver is an error, as its route says', async () => {
    const rig = new UpstreamRig();
    const result = rig.call({ success: new StatusSet([201]) });
    (await rig.attempt()).respond(200);
    await result;
    expect(rig.metrics.counts.get(ERRORS_2XX)).toBe(1);
  });
});

const ERRORS_2XX =
  'errors_total{route_group=partner,upstream=partner,outcome=responded,status_class=2xx}';
