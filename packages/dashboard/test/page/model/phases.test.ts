import { assert, double, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';

import { phaseSlices, phasesTotalMs } from '../../../src/page/model/phases.ts';

describe('the pieces of a bar', () => {
  test('follow the order in which phases happen, and leave out what did not', () => {
    const slices = phaseSlices({ unaccounted: 1, wait: 6, queue: 1, download: 2 }, 10);
    expect(slices.map(({ name, start, width }) => [name, start, width])).toEqual([
      ['queue', 0, 0.1],
      ['wait', 0.1, 0.6],
      ['download', 0.7, 0.2],
      ['unaccounted', expect.closeTo(0.9, 10), expect.closeTo(0.1, 10)],
    ]);
  });

  test('lie end to end inside the bar, whatever the phases are', () => {
    const ms = double({ min: -1, max: 5_000, noNaN: true });
    const phases = record(
      {
        queue: ms,
        dns: ms,
        tcp: ms,
        tls: ms,
        write: ms,
        wait: ms,
        download: ms,
        unaccounted: ms,
      },
      { requiredKeys: ['unaccounted'] },
    );
    assert(
      property(phases, double({ min: 0, max: 9_000, noNaN: true }), (drawn, scaleMs) => {
        const slices = phaseSlices(drawn, scaleMs);
        let edge = 0;
        for (const slice of slices) {
          expect(slice.start).toBeCloseTo(edge, 9);
          expect(slice.width).toBeGreaterThan(0);
          edge = slice.start + slice.width;
        }
        expect(edge).toBeLessThanOrEqual(1 + 1e-9);
      }),
    );
  });

  test('a negative remainder counts as nothing', () => {
    expect(phasesTotalMs({ wait: 5, unaccounted: -0.2 })).toBe(5);
  });
});
