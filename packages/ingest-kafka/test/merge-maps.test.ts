import type { OffsetMap, TriesOfRecord } from '@netscope/domain';
import { array, assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mergeMaps } from '../src/merge-maps.ts';

const BASE = 100;
const offset = integer({ min: BASE, max: BASE + 40 });

const spentOn = (at: number, tries: number): TriesOfRecord => ({
  offset: at,
  fingerprint: at % 7,
  tries,
  firstTryAtMs: 1,
  lastTryAtMs: 2,
  status: 503,
  bytesLeft: false,
});

function mapOf(done: readonly number[], tries: readonly number[], word: number): OffsetMap {
  const offsets = done.toSorted((a, b) => a - b);
  return {
    base: BASE,
    offsets,
    fingerprints: offsets.map((at) => (at % 3 === 0 ? 0 : at * word)),
    tries: tries
      .filter((at) => !offsets.includes(at))
      .toSorted((a, b) => a - b)
      .map((at) => spentOn(at, (at * word) % 5)),
  };
}

const anyMap = (word: number) =>
  array(uniqueArray(offset, { maxLength: 20 }), { minLength: 2, maxLength: 2 }).map(
    ([done = [], tries = []]) => mapOf(done, tries, word),
  );

describe('Two words on what was done above one commit', () => {
  it('are one that says what either says', () => {
    const holds = property(anyMap(1), anyMap(2), (one, other) => {
      const merged = mergeMaps(one, other);
      expect(merged.base).toBe(BASE);
      const done = [...new Set([...one.offsets, ...other.offsets])].toSorted((a, b) => a - b);
      expect(merged.offsets).toEqual(done);
      expect(merged.fingerprints).toHaveLength(done.length);
      const open = [...one.tries, ...other.tries].filter((spent) => !done.includes(spent.offset));
      const offsets = [...new Set(open.map((spent) => spent.offset))].toSorted((a, b) => a - b);
      expect(merged.tries.map((spent) => spent.offset)).toEqual(offsets);
      for (const spent of merged.tries) {
        const said = open.filter((each) => each.offset === spent.offset);
        expect(spent.tries).toBe(Math.max(...said.map(({ tries }) => tries)));
      }
    });
    expect(() => assert(holds, { numRuns: 300 })).not.toThrow();
  });

  it('keep the fingerprint of whoever has one', () => {
    const none: OffsetMap = { base: BASE, offsets: [101, 102], fingerprints: [0, 0], tries: [] };
    const some: OffsetMap = { base: BASE, offsets: [101], fingerprints: [9], tries: [] };
    expect(mergeMaps(none, some).fingerprints).toEqual([9, 0]);
    expect(mergeMaps(some, none).fingerprints).toEqual([9, 0]);
  });
});
