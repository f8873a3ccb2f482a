import type { OffsetMap } from '@netscope/domain';

/** What either says of the same partition and base; of two words on one record, the one that says more. */
export function mergeMaps(one: OffsetMap, other: OffsetMap): OffsetMap {
  const done = new Map([...pairsOf(one), ...pairsOf(other)].toSorted(byOffsetThenWord));
  const tries = [...one.tries, ...other.tries]
    .filter(({ offset }) => !done.has(offset))
    .toSorted((a, b) => a.offset - b.offset || a.tries - b.tries);
  return {
    base: one.base,
    offsets: [...done.keys()],
    fingerprints: [...done.values()],
    tries: [...new Map(tries.map((spent) => [spent.offset, spent])).values()],
  };
}

type DonePair = readonly [offset: number, fingerprint: number];

function pairsOf({ offsets, fingerprints }: OffsetMap): readonly DonePair[] {
  return offsets.map((offset, index) => [offset, fingerprints[index] ?? 0]);
}

/** A fingerprint behind none: the last of an offset stays. */
function byOffsetThenWord([a, word]: DonePair, [b, otherWord]: DonePair): number {
  return a - b || Math.sign(word) - Math.sign(otherWord);
}
