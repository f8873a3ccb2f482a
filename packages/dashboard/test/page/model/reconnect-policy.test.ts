import { assert, double, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { reconnectDelayMs } from '../../../src/page/model/reconnect-policy.ts';

describe('the pause before a reconnect', () => {
  test('doubles from half a second to ten', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map((attempt) => reconnectDelayMs(attempt, 1))).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000,
    ]);
  });

  test('stays in the upper half, wherever chance falls', () => {
    const chance = double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    assert(
      property(integer({ min: 1, max: 1_000 }), chance, (attempt, drawn) => {
        const ceilingMs = reconnectDelayMs(attempt, 1);
        const delayMs = reconnectDelayMs(attempt, drawn);
        expect(delayMs).toBeGreaterThanOrEqual(ceilingMs / 2);
        expect(delayMs).toBeLessThanOrEqual(ceilingMs);
      }),
    );
  });
});
