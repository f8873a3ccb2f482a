import { describe, expect, test } from 'vitest';

import { permitOf } from './support/rig.ts';
import { settled, UpstreamRig } from './support/upstream-rig.ts';

const once = { retry: { attempts: 1 } };

async function failTimes(rig: UpstreamRig, times: number, status = 503): Promise<void> {
  for (let time = 0; time < times; time += 1) await rig.answer(status);
}

async function openRig(): Promise<UpstreamRig> {
  const rig = new UpstreamRig(once);
  await failTimes(rig, 5);
  return rig;
}

/** Past the first opening, whatever its jitter. */
const PAST_OPENING_MS = 5500;

describe('the circuit', () => {
  test('opens at five failures in a row, at any rate of traffic, and says which', async () => {
    const rig = new UpstreamRig(once);
    for (let failure = 0; failure < 5; failure += 1) {
      expect(rig.circuitState).toBe('closed');
      await rig.answer(503);
      rig.clock.advance(60_000);
    }
    expect(rig.changes[0]).toEqual({
      from: 'closed',
      to: 'open',
      reason: '5 failures in a row, the last: status 503',
    });
  });

  test('opens at 20 % of at least 20 attempts, and not before', async () => {
    const rig = new UpstreamRig(once);
    for (let attempt = 0; attempt < 19; attempt += 1) {
      await rig.answer(attempt % 5 === 0 ? 500 : 200);
    }
    expect(rig.circuitState).toBe('closed');
    await rig.answer(500);
    expect(rig.circuitState).toBe('open');
    expect(rig.changes[0]?.reason).toBe(
      '5 of 20 attempts failed (25 %) within 10 s, the last: status 500',
    );
  });

  test('forgets attempts that are older than its window', async () => {
    const rig = new UpstreamRig(once);
    await failTimes(rig, 4);
    await rig.answer(200);
    rig.clock.advance(11_000);
    for (let attempt = 0; attempt < 18; attempt += 1) await rig.answer(200);
    await failTimes(rig, 2);
    expect(rig.circuitState).toBe('closed');
    expect(rig.upstream.snapshot().circuit).toMatchObject({
      windowAttempts: 20,
      windowFailures: 2,
    });
  });

  test.each([401, 403, 407])('opens on %i and says that it is our credentials', async (status) => {
    const rig = new UpstreamRig(once);
    await failTimes(rig, 5, status);
    expect(rig.changes[0]?.reason).toContain(`credentials (${status})`);
  });

  test.each([400, 404, 422])('does not open on %i', async (status) => {
    const rig = new UpstreamRig(once);
    await failTimes(rig, 30, status);
    expect(rig.circuitState).toBe('closed');
  });

  test('does not hear throttling', async () => {
    const rig = new UpstreamRig(once);
    for (let answer = 0; answer < 30; answer += 1) {
      await rig.answer(answer % 2 === 0 ? 429 : 503, 100);
      rig.clock.advance(100);
    }
    expect(rig.circuitState).toBe('closed');
    expect(rig.metrics.total('throttled_total')).toBe(30);
  });

  test('while open, tells the record source to wait and until when', async () => {
    const rig = await openRig();
    const told = rig.admit();
    expect(told).toMatchObject({ kind: 'waiting', reason: 'circuit_open' });
    expect(told.kind === 'waiting' && told.retryAfterMs).toBeGreaterThan(4000);
    expect(rig.transport.sent).toBe(5);
  });

  test('while open, refuses other callers without an attempt', async () => {
    const rig = await openRig();
    expect(await rig.queue()).toMatchObject({
      outcome: 'refused',
      error: { code: 'CIRCUIT_OPEN' },
      attempts: [],
      bytesLeft: false,
    });
  });

  test('half-open lets exactly one record through, and tells that one may go', async () => {
    const rig = await openRig();
    rig.admit();
    rig.clock.advance(PAST_OPENING_MS);
    expect(rig.available).toBe(1);
    const probe = permitOf(rig.admit());
    expect(probe.probe).toBe(true);
    expect(rig.admit()).toEqual({
      kind: 'waiting',
      reason: 'circuit_open',
      retryAfterMs: undefined,
    });
  });

  test('closes when the probe succeeds, and starts with an empty window', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    await rig.answer(200);
    expect(rig.changes.map(({ to }) => to)).toEqual(['open', 'half_open', 'closed']);
    await failTimes(rig, 4);
    expect(rig.circuitState).toBe('closed');
  });

  test('opens for twice as long when the probe fails', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    await rig.answer(503);
    expect(rig.changes.at(-1)).toEqual({
      from: 'half_open',
      to: 'open',
      reason: 'the half-open probe failed: status 503',
    });
    const { openRemainingMs } = rig.upstream.snapshot().circuit;
    expect(openRemainingMs).toBeGreaterThanOrEqual(9000);
    expect(openRemainingMs).toBeLessThanOrEqual(11_000);
  });

  test("a probe's call is not repeated: its circuit is open again", async () => {
    const rig = new UpstreamRig();
    await failTimes(rig, 5);
    rig.clock.advance(PAST_OPENING_MS);
    const probe = rig.call({ repeatable: true });
    (await rig.attempt()).respond(503);
    await settled();
    rig.clock.advance(100);
    expect(await probe).toMatchObject({ outcome: 'responded', status: 503, retryCount: 0 });
  });

  test('a straggler admitted before the opening cannot settle the probe', async () => {
    const rig = new UpstreamRig(once);
    const slow = rig.call();
    const straggler = await rig.attempt();
    await failTimes(rig, 5);
    rig.clock.advance(PAST_OPENING_MS);
    const probe = rig.call();
    const probing = await rig.attempt();
    straggler.respond(200);
    await slow;
    expect(rig.circuitState).toBe('half_open');
    probing.respond(503);
    await probe;
    expect(rig.circuitState).toBe('open');
  });

  test('a probe permit that is given back lets another go', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    const probe = permitOf(rig.admit());
    rig.admit();
    const before = rig.available;
    probe.release();
    expect(rig.available).toBe(before + 1);
    expect(permitOf(rig.admit()).probe).toBe(true);
  });

  test('a probe that never settles does not hold the circuit half-open', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    void rig.call();
    await rig.attempt();
    rig.clock.advance(1199);
    expect(rig.circuitState).toBe('half_open');
    rig.clock.advance(1);
    expect(rig.changes.at(-1)).toMatchObject({
      to: 'open',
      reason: 'the half-open probe did not settle in time',
    });
  });

  test('a throttled probe lets another go when the throttle ends', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    await rig.answer(429, 500);
    expect(rig.circuitState).toBe('half_open');
    expect(rig.admit()).toMatchObject({ reason: 'throttled' });
    rig.clock.advance(500);
    expect(permitOf(rig.admit()).probe).toBe(true);
  });

  test('an aborted probe lets another go', async () => {
    const rig = await openRig();
    rig.clock.advance(PAST_OPENING_MS);
    const aborted = new AbortController();
    aborted.abort();
    expect(await rig.queue({}, aborted.signal)).toMatchObject({ outcome: 'aborted' });
    expect(permitOf(rig.admit()).probe).toBe(true);
  });

  test('in observe mode shows its state and refuses nobody', async () => {
    const rig = new UpstreamRig({ ...once, circuit: { mode: 'observe' } });
    await failTimes(rig, 5);
    expect(rig.circuitState).toBe('open');
    expect(await rig.answer(200)).toMatchObject({ outcome: 'responded', circuitState: 'open' });
    rig.clock.advance(PAST_OPENING_MS);
    expect(permitOf(rig.admit()).probe).toBe(false);
    await rig.answer(200);
    expect(rig.changes.map(({ to }) => to)).toContain('half_open');
  });
});
