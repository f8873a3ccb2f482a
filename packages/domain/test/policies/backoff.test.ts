import { backoffCeilingMs, backoffMs } from '@netscope/domain';
import { assert, double, integer, nat, property, record } from 'fast-check';
import { expect, test } from 'vitest';

const bounds = { baseMs: 50, capMs: 2000 };

test('the ceiling doubles from the base and stops at the cap', () => {
  const ceilings = [1, 2, 3, 6, 7, 1000].map((step) => backoffCeilingMs(bounds, step));
  expect(ceilings).toEqual([50, 100, 200, 1600, 2000, 2000]);
});

test('a wait is never negative and never above its ceiling', () => {
  const cases = property(
    record({ baseMs: nat(10_000), capMs: nat(100_000) }),
    integer({ min: 1, max: 10_000 }),
    double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (some, step, chance) => {
      const waitMs = backoffMs(some, step, chance);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(some.capMs);
      expect(waitMs).toBeLessThanOrEqual(backoffCeilingMs(some, step));
    },
  );
  assert(cases);
});

test('full jitter reaches from nothing to the ceiling', () => {
  expect(backoffMs(bounds, 2, 0)).toBe(0);
  expect(backoffMs(bounds, 2, 0.5)).toBe(50);
});
