import type { OffsetMap } from '@netscope/domain';
import { array, assert, integer, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { METADATA_CHARS_MAX, packMap, unpackMap } from '../src/offset-metadata.ts';

const place = { cluster: 'c', group: 'g', topic: 't', partition: 0 };
const bounds = { charsMax: METADATA_CHARS_MAX, level: 0 };

function mapOf(offsets: readonly number[], tries = 0): OffsetMap {
  return {
    base: 0,
    offsets,
    fingerprints: offsets.map((offset) => ((offset * 40_503) % 65_535) + 1),
    tries: Array.from({ length: tries }, (_, index) => ({
      offset: index * 10,
      fingerprint: ((index * 30_011) % 65_535) + 1,
      tries: 1 + (index % 5),
      firstTryAtMs: 1_770_000_000_000 + index * 37,
      lastTryAtMs: 1_770_000_009_000 + index * 91,
      status: 503,
      bytesLeft: true,
    })),
  };
}

/** One record of ten waits, without any pattern to it. */
function burst(records: number): number[] {
  const all = Array.from({ length: records }, (_, offset) => offset + 1);
  return all.filter((offset) => (Math.imul(offset, 2_654_435_761) >>> 8) % 10 !== 0);
}

function unpacked(text: string): OffsetMap {
  const found = unpackMap(text, place);
  if (found?.kind !== 'map') throw new Error(`not a map: ${JSON.stringify(found)}`);
  return found.map;
}

describe('A map as metadata of a commit', () => {
  it('is nothing where there is nothing to say', () => {
    expect(packMap(mapOf([]), place, bounds).text).toBe('');
    expect(unpackMap('', place)).toBeUndefined();
  });

  it('carries everything where there is room', () => {
    const map = mapOf(burst(600), 40);
    const { text, isFull } = packMap(map, place, bounds);
    expect(unpacked(text)).toEqual(map);
    expect(isFull).toBe(false);
  });

  it('carries the share of one partition in a burst of 200,000 over 12 with one upstream dead', () => {
    const map = mapOf(burst(16_667));
    const { text, isFull } = packMap(map, place, bounds);
    expect(text.length).toBeLessThanOrEqual(METADATA_CHARS_MAX);
    expect(unpacked(text).offsets).toEqual(map.offsets);
    expect(isFull).toBe(false);
  });

  it('carries 40,000 done records of a compacted log that keeps one in eight', () => {
    const { offsets, ...map } = mapOf(
      Array.from({ length: 40_000 }, (_, index) => 8 * (index + 1)),
    );
    const { text } = packMap({ ...map, offsets }, place, bounds);
    expect(text.length).toBeLessThanOrEqual(METADATA_CHARS_MAX);
    expect(unpacked(text).offsets).toEqual(offsets);
  });

  it('gives up fingerprints first, then tries, then the highest offsets, and says when to pause', () => {
    const thinned = packMap(mapOf(burst(4000), 60), place, bounds);
    expect(unpacked(thinned.text)).toMatchObject({ offsets: burst(4000) });
    expect(unpacked(thinned.text).tries).toHaveLength(60);
    expect(thinned.isFull).toBe(false);

    const withoutTries = packMap(mapOf(burst(10_000), 600), place, bounds);
    expect(unpacked(withoutTries.text).offsets).toEqual(burst(10_000));
    expect(unpacked(withoutTries.text).tries.length).toBeLessThan(600);
    expect(withoutTries.isFull).toBe(true);

    const cut = packMap(mapOf(burst(60_000)), place, bounds);
    const kept = unpacked(cut.text).offsets;
    expect(kept).toEqual(burst(60_000).slice(0, kept.length));
    expect(kept.length).toBeGreaterThan(10_000);
    expect(cut.isFull).toBe(true);
  });

  it('never takes more than it may', () => {
    const sets = array(integer({ min: 1, max: 40 }), { maxLength: 3000 });
    const fits = property(sets, integer({ min: 64, max: 4096 }), (gaps, charsMax) => {
      let next = 0;
      const offsets = gaps.map((gap) => (next += gap));
      const { text } = packMap(mapOf(offsets, 50), place, { charsMax, level: 0 });
      expect(text.length).toBeLessThanOrEqual(charsMax);
      const kept = text === '' ? [] : unpacked(text).offsets;
      expect(offsets.slice(0, kept.length)).toEqual(kept);
    });
    expect(() => assert(fits, { numRuns: 60 })).not.toThrow();
  });

  it('is ignored where it is a stranger to us or damaged, and never throws', () => {
    const { text } = packMap(mapOf(burst(2000)), place, bounds);
    expect(text.startsWith('ns1z:')).toBe(true);
    for (const bad of ['hello', 'ns1:', 'ns1z:', 'ns1:AQ==', text.slice(0, 300), 'ns2:AAAA']) {
      expect(unpackMap(bad, place)?.kind).toBe('ignored');
    }
    const noise = property(string({ maxLength: 300 }), (tail) => {
      for (const head of ['?', 'ns1:', 'ns1z:']) {
        expect(unpackMap(head + tail, place)?.kind).toBe('ignored');
      }
    });
    expect(() => assert(noise, { numRuns: 1000 })).not.toThrow();
  });
});
