import {
  decodeOffsetMap,
  encodeOffsetMap,
  KnownRecords,
  type OffsetMap,
  OffsetTracker,
  WHOLE_MAP,
} from '@netscope/domain';
import { array, assert, boolean, integer, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

const place = { cluster: 'c', group: 'g', topic: 't', partition: 0 };

/** The log holds every offset but these. */
const isGap = (offset: number): boolean => offset % 5 === 4;
const fingerprintOf = (offset: number): number => ((offset * 31) % 65_535) + 1;

/** Hands over up to `end` what the tracker lets through. */
function read(tracker: OffsetTracker, end: number): number[] {
  const handed: number[] = [];
  for (let offset = tracker.position; offset < end; offset += 1) {
    if (!isGap(offset) && tracker.take(offset, 0, fingerprintOf(offset))) handed.push(offset);
  }
  tracker.passTo(Math.max(end, tracker.position));
  return handed;
}

/** Through the bytes, as a commit carries it. */
function carried(map: OffsetMap): OffsetMap {
  const found = decodeOffsetMap(encodeOffsetMap(map, place, WHOLE_MAP), place);
  if (found.kind !== 'map') throw new Error(found.reason);
  return found.map;
}

function reborn(tracker: OffsetTracker): OffsetTracker {
  const map = carried(tracker.toMap());
  return new OffsetTracker(map.base, [new KnownRecords('offset_map', map)]);
}

const lives = array(
  record({ reads: integer({ min: 0, max: 60 }), settles: array(nat(1000), { maxLength: 60 }) }),
  { minLength: 2, maxLength: 6 },
);

describe('What a tracker knows of an earlier life', () => {
  it('agrees with a plain model over any number of lives', () => {
    const agrees = property(lives, boolean(), (all, spends) => {
      const done = new Set<number>();
      let tracker = new OffsetTracker(0);
      for (const { reads, settles } of all) {
        const open = read(tracker, tracker.position + reads);
        for (const offset of open) expect(done.has(offset)).toBe(false);
        for (const choice of settles) {
          const [offset] = open.splice(choice % Math.max(1, open.length), 1);
          if (offset === undefined) break;
          done.add(offset);
          expect(tracker.settle(offset)).toBe(true);
        }
        if (spends) for (const offset of open) tracker.noteSpent(offset, spent(offset));
        tracker = reborn(tracker);
      }
      const last = read(tracker, 400);
      const all400 = Array.from({ length: 400 }, (_, offset) => offset);
      expect(last).toEqual(all400.filter((offset) => !isGap(offset) && !done.has(offset)));
    });
    expect(() => assert(agrees, { numRuns: 300 })).not.toThrow();
  });

  it('is counted by where it came from, and moves the committed offset on', () => {
    const first = new OffsetTracker(0);
    for (const offset of read(first, 10)) if (offset > 0) first.settle(offset);
    const second = reborn(first);
    expect(read(second, 10)).toEqual([0]);
    expect(second.recalled).toEqual({ offset_map: 7, journal: 0 });
    second.settle(0);
    expect(second.committable).toBe(10);
  });

  it('holds tries for as long as the record is not settled', () => {
    const first = new OffsetTracker(0);
    read(first, 3);
    first.noteSpent(1, spent(2));
    first.settle(0);
    const second = reborn(first);
    read(second, 3);
    expect(second.spentOn(1)).toMatchObject(spent(2));
    expect(second.spentOn(2)).toBeUndefined();
    expect(reborn(second).toMap().tries).toHaveLength(1);
    second.settle(1);
    expect(second.spentOn(1)).toBeUndefined();
    expect(second.toMap().tries).toEqual([]);
  });

  it('keeps tries over a rewind, and forgets those of records that the log gave up', () => {
    const tracker = new OffsetTracker(0);
    read(tracker, 3);
    tracker.noteSpent(1, spent(1));
    tracker.noteSpent(2, spent(2));
    tracker.rewind(0);
    tracker.take(2, 0, fingerprintOf(2));
    expect([tracker.spentOn(1), tracker.spentOn(2)]).toEqual([undefined, spent(2)]);
  });

  it('ends with the first record that is another', () => {
    const map = { base: 0, offsets: [1, 2, 3], fingerprints: [1, 2, 3], tries: [] };
    const known = new KnownRecords('journal', map);
    const tracker = new OffsetTracker(0, [known]);
    const handed = [1, 99, 3].filter((fingerprint, at) => tracker.take(at + 1, 0, fingerprint));
    expect(handed).toEqual([99, 3]);
    expect(known.refutedAt).toBe(2);
  });

  it('does not trust a set whose first fingerprint is missing', () => {
    const map = { base: 0, offsets: [1, 2, 3], fingerprints: [0, 2, 0], tries: [] };
    const tracker = new OffsetTracker(0, [new KnownRecords('journal', map)]);
    expect([1, 2, 3].filter((offset) => tracker.take(offset, 0, offset))).toEqual([1]);
  });

  it('says by its revision when the map has changed', () => {
    const tracker = new OffsetTracker(0);
    const seen = [tracker.revision];
    read(tracker, 3);
    expect(tracker.revision).toBe(seen[0]);
    tracker.settle(2);
    seen.push(tracker.revision);
    tracker.noteSpent(1, spent(1));
    seen.push(tracker.revision);
    expect(new Set(seen).size).toBe(3);
  });
});

function spent(tries: number) {
  const times = { firstTryAtMs: 1000, lastTryAtMs: 2000 };
  return { tries, ...times, status: 503, bytesLeft: true };
}
