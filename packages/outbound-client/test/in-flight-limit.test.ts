import type { Admission, CallPermit } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { permitOf } from './support/rig.ts';
import { settled, UpstreamRig } from './support/upstream-rig.ts';

const adaptive = {
  bulkhead: { inFlight: 64, adaptive: true },
  circuit: { mode: 'observe' },
  retry: { attempts: 1 },
} as const;

function admitAll(rig: UpstreamRig): readonly CallPermit[] {
  const permits: CallPermit[] = [];
  for (;;) {
    const admission: Admission = rig.admit();
    if (admission.kind === 'waiting') return permits;
    permits.push(admission.permit);
  }
}

/** Fills the upstream, and ends every attempt so after that time. */
async function turn(rig: UpstreamRig, afterMs: number, end: 'answer' | 'timeout'): Promise<number> {
  const permits = admitAll(rig);
  for (const permit of permits) void rig.call({}, permit);
  await settled();
  rig.clock.advance(afterMs);
  for (const attempt of rig.transport.pending.splice(0)) {
    if (end === 'answer') attempt.respond(200);
    else attempt.timeOut('read');
  }
  await settled();
  return permits.length;
}

describe('an adaptive in-flight limit', () => {
  test('begins at 20 and is told in the snapshot', () => {
    const rig = new UpstreamRig(adaptive);

    expect(admitAll(rig)).toHaveLength(20);
    expect(rig.upstream.snapshot()).toMatchObject({
      inFlight: 20,
      inFlightMax: 20,
      isAdaptive: true,
      saturation: 1,
    });
  });

  test('falls while reads time out, and never below 1', async () => {
    const rig = new UpstreamRig(adaptive);
    const admitted: number[] = [];
    for (let round = 0; round < 30; round += 1) admitted.push(await turn(rig, 1000, 'timeout'));

    expect(admitted[0]).toBe(20);
    expect(admitted.at(-1)).toBe(1);
    expect(rig.inFlight).toBe(0);
  });

  test('rises to the configured limit while answers stay quick, and not past it', async () => {
    const rig = new UpstreamRig(adaptive);
    const admitted: number[] = [];
    for (let round = 0; round < 60; round += 1) admitted.push(await turn(rig, 60, 'answer'));

    expect(Math.max(...admitted)).toBe(64);
  });

  test('who waits for a permit hears of a limit that has risen', async () => {
    const rig = new UpstreamRig(adaptive);
    for (let round = 0; round < 6; round += 1) await turn(rig, 60, 'answer');

    expect(rig.available).toBeGreaterThan(0);
    expect(rig.upstream.snapshot().inFlightMax).toBeGreaterThan(20);
  });

  test('a fixed limit is not moved by anything', async () => {
    const rig = new UpstreamRig({ ...adaptive, bulkhead: { inFlight: 64, adaptive: false } });
    for (let round = 0; round < 5; round += 1) await turn(rig, 1000, 'timeout');

    expect(rig.upstream.snapshot()).toMatchObject({ inFlightMax: 64, isAdaptive: false });
    expect(permitOf(rig.admit())).toBeDefined();
  });
});
