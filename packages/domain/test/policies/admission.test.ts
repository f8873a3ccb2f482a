import { refuseIntake } from '@netscope/domain';
import { assert, constant, constantFrom, nat, option, property, record } from 'fast-check';
import { expect, test } from 'vitest';

const open = {
  held: undefined,
  circuitRefusal: undefined,
  throttledMs: 0,
  permitsFree: 1,
  tokenWaitMs: 0,
};

test('an upstream whose policies all agree takes one more call', () => {
  expect(refuseIntake(open)).toBeUndefined();
});

test('each policy alone holds the intake, and says until when where it can', () => {
  expect(refuseIntake({ ...open, circuitRefusal: { retryAfterMs: 7 } })).toEqual({
    reason: 'circuit_open',
    retryAfterMs: 7,
  });
  expect(refuseIntake({ ...open, throttledMs: 8 })).toEqual({
    reason: 'throttled',
    retryAfterMs: 8,
  });
  expect(refuseIntake({ ...open, permitsFree: 0 })).toEqual({
    reason: 'bulkhead_full',
    retryAfterMs: undefined,
  });
  expect(refuseIntake({ ...open, tokenWaitMs: 9 })).toEqual({
    reason: 'rate_limited',
    retryAfterMs: 9,
  });
});

test('what an operator holds is told before anything else, and no time is told for it', () => {
  const all = {
    circuitRefusal: { retryAfterMs: 7 },
    throttledMs: 8,
    permitsFree: 0,
    tokenWaitMs: 9,
  };
  for (const held of ['isolated', 'paused'] as const) {
    expect(refuseIntake({ ...all, held })).toEqual({ reason: held, retryAfterMs: undefined });
  }
});

test('it admits exactly when nothing refuses, and a wait that is told is above 0', () => {
  const states = record({
    held: constantFrom(undefined, 'paused' as const, 'isolated' as const),
    circuitRefusal: option(constant({ retryAfterMs: undefined }), { nil: undefined }),
    throttledMs: nat(3),
    permitsFree: nat(2),
    tokenWaitMs: nat(3),
  });
  const cases = property(states, (state) => {
    const agrees =
      state.held === undefined &&
      state.circuitRefusal === undefined &&
      state.throttledMs === 0 &&
      state.permitsFree > 0 &&
      state.tokenWaitMs === 0;
    const refusal = refuseIntake(state);
    expect(refusal === undefined).toBe(agrees);
    expect(refusal?.retryAfterMs ?? 1).toBeGreaterThan(0);
  });
  assert(cases);
});
