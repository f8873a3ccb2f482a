import type { TriesSpent } from '../model/tries-spent.ts';

/** Whose offsets a map speaks of. */
export interface OffsetMapPlace {
  readonly cluster: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface TriesOfRecord extends TriesSpent {
  readonly offset: number;
  readonly fingerprint: number;
}

/** What of a partition is known above its committed offset. */
export interface OffsetMap {
  /** The committed offset that it goes with. */
  readonly base: number;
  /** Records that are done, ascending, none below `base`. */
  readonly offsets: readonly number[];
  /** Of the records at `offsets`, in their order; 0 where none was kept. */
  readonly fingerprints: readonly number[];
  /** Of records that are not done, ascending. */
  readonly tries: readonly TriesOfRecord[];
}

/** More done records than any map may name: a damaged one must not fill memory. */
export const MAP_RECORDS_MAX = 2 ** 18;
