import { assert, double, property } from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  areaPath,
  bytesCeiling,
  linePath,
  niceCeiling,
} from '../../../src/page/model/chart-geometry.ts';

const BOX = { width: 100, height: 10, yMax: 10 };

describe('chart geometry', () => {
  test.each([
    [0, 1],
    [0.03, 0.05],
    [1, 1],
    [1.1, 2],
    [22, 25],
    [70, 100],
    [Number.NaN, 1],
  ])('ends a scale for %d at %d', (max, ceiling) => {
    expect(niceCeiling(max)).toBeCloseTo(ceiling, 10);
  });

  test('never cuts a value off', () => {
    assert(
      property(double({ min: 1e-6, max: 1e9, noNaN: true }), (max) => {
        const ceiling = niceCeiling(max);
        expect(ceiling).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(ceiling).toBeLessThanOrEqual(max * 2.5 * (1 + 1e-9));
      }),
    );
  });

  test.each([
    [0, 1],
    [1, 1],
    [3, 4],
    [330 * 2 ** 20, 2 ** 29],
    [2 ** 30, 2 ** 30],
    [Number.NaN, 1],
  ])('ends a scale of bytes for %d at %d', (max, ceiling) => {
    expect(bytesCeiling(max)).toBe(ceiling);
  });

  test('breaks the line at a gap', () => {
    expect(linePath([0, 10, undefined, 5, 5], BOX)).toBe('M0 10L25 0M75 5L100 5');
  });

  test('draws a lone value as a dash', () => {
    expect(linePath([undefined, 5, undefined], BOX)).toBe('M50 5h1');
  });

  test('closes each run of an area down to the base', () => {
    expect(areaPath([10, 10, undefined], BOX)).toBe('M0 0L50 0L50 10L0 10Z');
  });

  test('keeps values within the box', () => {
    expect(linePath([-5, 50], BOX)).toBe('M0 10L100 0');
  });
});
