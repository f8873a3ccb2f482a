import { describe, expect, test } from 'vitest';

import { refusedEnd } from '../src/attempt-end.ts';
import type { CallState } from '../src/call-state.ts';
import { type Layer, layered } from '../src/layer.ts';
import { UpstreamRig } from './support/upstream-rig.ts';

const END = refusedEnd('CIRCUIT_OPEN', 'refused');

describe('layers', () => {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the layers here look at no call
  const call = {} as CallState;

  test('the first sees a call first and its end last', () => {
    const seen: string[] = [];
    const named =
      (name: string): Layer =>
      (beside) => ({
        inward: (one) => {
          seen.push(`${name} in`);
          beside.inward(one);
        },
        outward: (one, end) => {
          seen.push(`${name} out`);
          beside.outward(one, end);
        },
      });
    const turn: Layer = (beside) => ({ inward: (one) => beside.outward(one, END) });
    const run = layered([named('a'), named('b'), turn], () => seen.push('end'));

    run(call);

    expect(seen).toEqual(['a in', 'b in', 'b out', 'a out', 'end']);
  });

  test('one that does nothing on a way is passed straight through', () => {
    const ends: unknown[] = [];
    const turn: Layer = (beside) => ({ inward: (one) => beside.outward(one, END) });
    layered([() => ({}), turn], (_call, end) => ends.push(end))(call);
    expect(ends).toEqual([END]);
  });

  test('an innermost one that passes a call on is a defect', () => {
    expect(() => layered([() => ({})], () => undefined)(call)).toThrow('innermost');
  });
});

describe('a defect of our own', () => {
  test('in the way out ends the call by it and gives its permit back', async () => {
    const rig = new UpstreamRig();
    const result = rig.call();
    const attempt = await rig.attempt();
    const broken = new Error('broken');
    Object.defineProperty(attempt.call, 'latencyMs', {
      set: () => {
        throw broken;
      },
    });

    attempt.respond(200);

    await expect(result).rejects.toBe(broken);
    expect(rig.inFlight).toBe(0);
  });
});
