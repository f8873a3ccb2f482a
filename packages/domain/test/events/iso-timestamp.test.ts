import { assert, integer, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isoTimestamp } from '../../src/events/iso-timestamp.ts';

describe('isoTimestamp', () => {
  it('agrees with the platform over the whole range of dates', () => {
    const instants = oneof(
      integer({ min: -8.64e15, max: 8.64e15 }),
      integer({ min: 0, max: 4_102_444_800_000 }),
    );
    assert(
      property(instants, (ms) => {
        expect(isoTimestamp(ms)).toBe(new Date(ms).toISOString());
      }),
      { numRuns: 2000 },
    );
  });

  it('cuts the fraction of a millisecond off', () => {
    expect(isoTimestamp(1_771_578_000_123.999)).toBe('2026-02-20T09:00:00.123Z');
  });

  it('clamps what no date can hold', () => {
    expect(isoTimestamp(Number.POSITIVE_INFINITY)).toBe(new Date(8.64e15).toISOString());
  });
});
