import { describe, expect, test } from 'vitest';

import { context, permitOf, requestOf } from '../support/rig.ts';
import { settled, UpstreamRig } from '../support/upstream-rig.ts';

// Guards against a circuit that stays half-open for good: a peer counted its probe's permit out and,
// when the probe's caller went away, never in again; no call was made until a restart.

const once = { circuit: { consecutiveFailures: 1, openMs: 1000, openMaxMs: 8000 } } as const;

async function halfOpen(): Promise<UpstreamRig> {
  const rig = new UpstreamRig(once);
  await rig.answer(500);
  rig.clock.advance(1100);
  expect(rig.circuitState).toBe('half_open');
  return rig;
}

/** The circuit's state after a while in which the upstream is well and all that may go goes. */
async function stateLater(rig: UpstreamRig): Promise<string> {
  for (let step = 0; step < 20 && rig.circuitState !== 'closed'; step += 1) {
    const told = rig.admit();
    if (told.kind === 'admitted') {
      const result = rig.call({}, told.permit);
      (await rig.attempt()).respond(200);
      await result;
    }
    rig.clock.advance(1000);
    await settled();
  }
  return rig.circuitState;
}

describe('a half-open circuit goes on when its probe', () => {
  test('is admitted and never called', async () => {
    const rig = await halfOpen();
    permitOf(rig.admit());
    expect(await stateLater(rig)).toBe('closed');
  });

  test('is given back', async () => {
    const rig = await halfOpen();
    permitOf(rig.admit()).release();
    expect(permitOf(rig.admit()).probe).toBe(true);
  });

  test('is aborted before its attempt', async () => {
    const rig = await halfOpen();
    const permit = permitOf(rig.admit());
    const abort = new AbortController();
    abort.abort();
    const call = { request: requestOf(), context, permit };
    expect(await rig.upstream.call(call, abort.signal)).toMatchObject({ outcome: 'aborted' });
    expect(permitOf(rig.admit()).probe).toBe(true);
  });

  test('is aborted in its attempt', async () => {
    const rig = await halfOpen();
    const result = rig.call({ repeatable: false }, permitOf(rig.admit()));
    (await rig.attempt()).fail('CALL_ABORTED', true);
    await result;
    expect(await stateLater(rig)).toBe('closed');
  });

  test('never settles', async () => {
    const rig = await halfOpen();
    void rig.call({}, permitOf(rig.admit()));
    await settled();
    rig.transport.pending.length = 0;
    expect(await stateLater(rig)).toBe('closed');
  });

  test('is isolated away and released again', async () => {
    const rig = await halfOpen();
    permitOf(rig.admit());
    rig.upstream.control('isolate', 'a');
    rig.upstream.control('release', 'b');
    expect(await stateLater(rig)).toBe('closed');
  });
});
