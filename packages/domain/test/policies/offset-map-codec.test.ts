import {
  decodeOffsetMap,
  encodeOffsetMap,
  type OffsetMap,
  type OffsetMapPlace,
  WHOLE_MAP,
} from '@netscope/domain';
import { array, assert, boolean, integer, option, property, record, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';

const place: OffsetMapPlace = { cluster: 'c-1', group: 'netscope', topic: 'orders', partition: 3 };

const sample: OffsetMap = {
  base: 1000,
  offsets: [1001, 1002, 1005],
  fingerprints: [7, 8, 65_535],
  tries: [
    {
      offset: 1000,
      fingerprint: 9,
      tries: 4,
      firstTryAtMs: 1_770_000_000_123,
      lastTryAtMs: 1_770_000_060_123,
      status: 503,
      bytesLeft: true,
    },
  ],
};

function decoded(map: OffsetMap, cut = WHOLE_MAP): OffsetMap | string {
  const found = decodeOffsetMap(encodeOffsetMap(map, place, cut), place);
  return found.kind === 'map' ? found.map : found.reason;
}

const anyMap = record({
  base: integer({ min: 0, max: 2 ** 50 }),
  gaps: array(integer({ min: 1, max: 200 }), { maxLength: 300 }),
  dense: boolean(),
  tries: array(
    record({
      gap: integer({ min: 1, max: 50 }),
      fingerprint: integer({ min: 1, max: 65_535 }),
      tries: integer({ min: 0, max: 1000 }),
      firstTryAtMs: integer({ min: 0, max: 2 ** 43 }),
      lastMs: integer({ min: 0, max: 2 ** 40 }),
      status: option(integer({ min: 100, max: 999 }), { nil: undefined }),
      bytesLeft: boolean(),
    }),
    { maxLength: 20 },
  ),
}).map(({ base, gaps, dense, tries }): OffsetMap => {
  let next = base;
  const offsets = gaps.map((gap) => (next += dense ? 1 + (gap % 2) : gap));
  let at = base;
  return {
    base,
    offsets,
    fingerprints: offsets.map((offset) => (offset % 65_535) + 1),
    tries: tries.map(({ gap, lastMs, ...one }) => {
      at += gap;
      return { ...one, offset: at, lastTryAtMs: one.firstTryAtMs + lastMs };
    }),
  };
});

describe('The offset map', () => {
  it('comes back as it was written', () => {
    const same = property(anyMap, (map) => {
      expect(decoded(map)).toEqual(map);
    });
    expect(() => assert(same, { numRuns: 300 })).not.toThrow();
  });

  it('is written in version 1 as it always was', () => {
    expect(Buffer.from(encodeOffsetMap(sample, place, WHOLE_MAP)).toString('hex')).toBe(GOLDEN_V1);
  });

  it('keeps a fingerprint of the first record of each stride and of no other', () => {
    const offsets = Array.from({ length: 10 }, (_, index) => index * 2);
    const map = { base: 0, offsets, fingerprints: offsets.map((offset) => offset + 1), tries: [] };
    const cut = decoded(map, { ...WHOLE_MAP, strideLog2: 2 });
    expect(cut).toMatchObject({ offsets, fingerprints: [1, 0, 0, 0, 9, 0, 0, 0, 17, 0] });
  });

  it('keeps the lowest offsets where it is cut', () => {
    const cut = decoded(sample, { strideLog2: 0, triesMax: 0, doneMax: 2 });
    expect(cut).toMatchObject({ offsets: [1001, 1002], tries: [] });
  });

  it('takes a few bytes for a long run and a bit a record for a scattered set', () => {
    const cut = { strideLog2: 20, triesMax: 0, doneMax: Infinity };
    const run = Array.from({ length: 60_000 }, (_, index) => index + 1);
    const scattered = run.filter((offset) => (offset * 7919) % 3 !== 0);
    const bytesOf = (offsets: readonly number[]) =>
      encodeOffsetMap({ base: 0, offsets, fingerprints: [], tries: [] }, place, cut).length;
    expect(bytesOf(run)).toBeLessThan(30);
    expect(bytesOf(scattered)).toBeLessThan(60_000 / 8 + 40);
  });

  it.each([
    ['of a log that keeps one record in eight', 0, 8],
    ['whose base lies far below', 300_000, 2],
  ])('comes back for a set %s', (_what, first, step) => {
    const offsets = Array.from({ length: 40_000 }, (_, index) => first + step * (index + 1));
    const fingerprints = offsets.map((offset) => (offset % 65_535) + 1);
    const map = { base: 0, offsets, fingerprints, tries: [] };
    expect(decoded(map)).toEqual(map);
  });

  it.each([
    ['another cluster', { ...place, cluster: 'c-2' }],
    ['another group', { ...place, group: 'other' }],
    ['another topic', { ...place, topic: 'orders-2' }],
    ['another partition', { ...place, partition: 4 }],
  ])('is not read for %s', (_what, other) => {
    const found = decodeOffsetMap(encodeOffsetMap(sample, place, WHOLE_MAP), other);
    expect(found).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('another') });
  });

  it('is ignored with any byte changed, cut short, or of a version to come', () => {
    const bytes = encodeOffsetMap(sample, place, WHOLE_MAP);
    const changed = property(
      integer({ min: 0, max: bytes.length - 1 }),
      integer({ min: 1, max: 255 }),
      (at, change) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        expect(decodeOffsetMap(damaged, place).kind).toBe('ignored');
      },
    );
    expect(() => assert(changed, { numRuns: 500 })).not.toThrow();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeOffsetMap(bytes.subarray(0, length), place).kind).toBe('ignored');
    }
  });

  it('answers any bytes with a map or a reason, and never throws', () => {
    const bodies = property(uint8Array({ maxLength: 200 }), (noise) => {
      // With a sound head and sum, so that the noise gets past both.
      const head = encodeOffsetMap(EMPTY, place, WHOLE_MAP).subarray(0, 10);
      const body = Buffer.concat([head, noise]);
      for (const bytes of [noise, summed(body)]) {
        const found = decodeOffsetMap(bytes, place);
        const named = found.kind === 'map' ? found.map.offsets.length : 0;
        expect(named).toBeLessThanOrEqual(2 ** 18);
      }
    });
    expect(() => assert(bodies, { numRuns: 2000 })).not.toThrow();
  });
});

const EMPTY: OffsetMap = { base: 0, offsets: [], fingerprints: [], tries: [] };

/** FNV-1a, as the format says. */
function summed(body: Uint8Array): Uint8Array {
  let hash = 0x811c9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(hash >>> 0);
  return Buffer.concat([body, sum]);
}

/** Of `sample`. A map of an older release must be read for ever: a change is another version. */
const GOLDEN_V1 =
  '0101d8a3d86d01293269e80701260307000800ffff0100090004fbc8e2e1c133e0d403ef0781be6cd7';
