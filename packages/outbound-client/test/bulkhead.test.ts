import { assert, asyncProperty, array, nat } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { QUEUE_BYTES_MAX } from '../src/bulkhead.ts';
import { permitOf } from './support/rig.ts';
import { settled, UpstreamRig } from './support/upstream-rig.ts';

const one = { bulkhead: { inFlight: 1, queue: 2 } };

describe('the bulkhead', () => {
  test('tells the record source to wait when all permits are out, and when one is back', () => {
    const rig = new UpstreamRig(one);
    const permit = permitOf(rig.admit());
    expect(rig.admit()).toEqual({
      kind: 'waiting',
      reason: 'bulkhead_full',
      retryAfterMs: undefined,
    });
    permit.release();
    expect(rig.available).toBe(1);
    expect(rig.admit().kind).toBe('admitted');
  });

  test('tells nobody when nobody waits', async () => {
    const rig = new UpstreamRig();
    for (let call = 0; call < 10; call += 1) await rig.answer(200);
    expect(rig.available).toBe(0);
    expect(rig.clock.pendingTimers).toBe(0);
  });

  test('a permit released twice, or after its call, comes back once', async () => {
    const rig = new UpstreamRig();
    const unused = permitOf(rig.admit());
    unused.release();
    unused.release();
    expect(rig.inFlight).toBe(0);
    const used = permitOf(rig.admit());
    const result = rig.call({}, used);
    used.release();
    expect(rig.inFlight).toBe(1);
    (await rig.attempt()).respond(200);
    await result;
    used.release();
    expect(rig.inFlight).toBe(0);
  });

  test('a permit makes one call and no second', async () => {
    const rig = new UpstreamRig();
    const permit = permitOf(rig.admit());
    void rig.call({}, permit);
    await expect(rig.call({}, permit)).rejects.toThrow('permit');
  });

  test('an admitted call keeps its permit through its backoff', async () => {
    const rig = new UpstreamRig(one);
    void rig.call();
    (await rig.attempt()).respond(503);
    await settled();
    expect(rig.admit()).toMatchObject({ reason: 'bulkhead_full' });
  });

  test('a permit comes back when the attempt has really settled, not when nobody waits', async () => {
    const rig = new UpstreamRig(one);
    const call = rig.call();
    const lingering = Promise.withResolvers<void>();
    (await rig.attempt()).timeOut('global', lingering.promise);
    expect(await call).toMatchObject({ outcome: 'timed_out' });
    expect(rig.admit()).toMatchObject({ reason: 'bulkhead_full' });
    lingering.resolve();
    await settled();
    expect(rig.available).toBe(1);
    expect(rig.inFlight).toBe(0);
  });

  test('other callers wait in order, and get the permit before anybody new', async () => {
    const rig = new UpstreamRig(one);
    void rig.queue({ target: '/1' });
    void rig.queue({ target: '/2' });
    void rig.queue({ target: '/3' });
    const order: string[] = [];
    for (let call = 0; call < 3; call += 1) {
      const attempt = await rig.attempt();
      expect(rig.admit()).toMatchObject({ reason: 'bulkhead_full' });
      order.push(attempt.call.request.target);
      attempt.respond(200);
      await settled();
    }
    expect(order).toEqual(['/1', '/2', '/3']);
  });

  test('a full queue rejects who comes new', async () => {
    const rig = new UpstreamRig(one);
    for (let call = 0; call < 3; call += 1) void rig.queue();
    await settled();
    expect(rig.upstream.snapshot()).toMatchObject({ inFlight: 1, callersQueued: 2, saturation: 1 });
    expect(await rig.queue()).toMatchObject({
      outcome: 'refused',
      error: { code: 'BULKHEAD_FULL' },
    });
  });

  test('a queue that holds 16 MiB of bodies rejects who would pass them', async () => {
    const rig = new UpstreamRig({ bulkhead: { inFlight: 1, queue: 100 } });
    void rig.call();
    const body = new Uint8Array(QUEUE_BYTES_MAX / 2);
    void rig.queue({ body });
    void rig.queue({ body });
    await settled();
    expect(rig.upstream.snapshot().callersQueued).toBe(2);
    expect(await rig.queue({ body: new Uint8Array(1) })).toMatchObject({
      error: { code: 'BULKHEAD_FULL' },
    });
    (await rig.attempt()).respond(200);
    await settled();
    void rig.queue({ body });
    await settled();
    expect(rig.upstream.snapshot().callersQueued).toBe(2);
  });

  test('who waits too long in the queue is refused, and the circuit does not hear it', async () => {
    const rig = new UpstreamRig(one);
    void rig.queue();
    const late = rig.queue();
    await settled();
    rig.clock.advance(1000);
    expect(await late).toMatchObject({ outcome: 'refused', error: { code: 'BULKHEAD_FULL' } });
    expect(rig.upstream.snapshot().circuit.windowAttempts).toBe(0);
  });

  test('whose deadline passes in the queue is timed out globally', async () => {
    const rig = new UpstreamRig({ ...one, timeouts: { globalMs: 500 } });
    void rig.queue();
    const late = rig.queue();
    await settled();
    rig.clock.advance(500);
    expect(await late).toMatchObject({ outcome: 'timed_out', timeoutType: 'global', attempts: [] });
  });

  test('who gives up in the queue leaves it', async () => {
    const rig = new UpstreamRig(one);
    void rig.queue();
    const abort = new AbortController();
    const given = rig.queue({}, abort.signal);
    await settled();
    abort.abort();
    expect(await given).toMatchObject({ outcome: 'aborted', error: { code: 'CALL_ABORTED' } });
    expect(rig.upstream.snapshot().callersQueued).toBe(0);
  });

  test('real attempts never exceed the limit, whatever ends them in whatever order', async () => {
    const cases = asyncProperty(array(nat(9), { maxLength: 120 }), async (steps) => {
      const rig = new UpstreamRig({
        bulkhead: { inFlight: 4, queue: 8, queueAgeMaxMs: 300 },
        circuit: { mode: 'observe' },
        retry: { attempts: 3, budgetRatio: 1 },
      });
      for (const step of steps) {
        await act(rig, step);
        await settled();
        expect(rig.transport.pending.length).toBeLessThanOrEqual(4);
        expect(rig.inFlight).toBeLessThanOrEqual(4);
      }
      await drain(rig);
      expect(rig.inFlight).toBe(0);
    });
    await assert(cases, { numRuns: 40 });
  });
});

async function act(rig: UpstreamRig, step: number): Promise<void> {
  if (step < 3) void rig.queue();
  else if (step < 5) callIfAdmitted(rig);
  else if (step === 5) rig.clock.advance(120);
  else if (rig.transport.pending.length > 0) {
    (await rig.attempt()).respond([200, 503, 422, 500][step - 6] ?? 200);
  }
}

function callIfAdmitted(rig: UpstreamRig): void {
  const admission = rig.admit();
  if (admission.kind === 'admitted') void rig.call({}, admission.permit);
}

/** Ends everything. */
async function drain(rig: UpstreamRig): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    for (const attempt of rig.transport.pending.splice(0)) attempt.respond(200);
    await settled();
    rig.clock.advance(100);
    await settled();
  }
}
