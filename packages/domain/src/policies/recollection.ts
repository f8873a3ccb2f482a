import type { TriesSpent } from '../model/tries-spent.ts';
import type { KnownFrom, KnownRecords } from './known-records.ts';
import type { TriesOfRecord } from './offset-map.ts';

/** All that earlier lives left to know of one partition, asked as its records are met, in order. */
export class Recollection {
  #known: readonly KnownRecords[];

  constructor(known: readonly KnownRecords[]) {
    this.#known = known;
  }

  /**
   * What is known, and what a newer map of the group says of offsets from `end` on; it takes the
   * place of an older map.
   */
  joinedBy(newer: readonly KnownRecords[], end: number): Recollection {
    const ahead = newer.filter((one) => one.end > end);
    const others = this.#known.filter(({ from }) => ahead.length === 0 || from !== 'offset_map');
    return new Recollection([...others, ...ahead]);
  }

  /** Nothing is known any more. */
  get isEmpty(): boolean {
    return this.#known.length === 0;
  }

  /** Who knows that the record is done. */
  doneBy(offset: number, fingerprint: number): KnownFrom | undefined {
    return this.#known.find((known) => known.isDone(offset, fingerprint))?.from;
  }

  /** The most that anyone knows to be spent on the record, which is done with by the next one. */
  triesOf(offset: number, fingerprint: number): TriesSpent | undefined {
    let most: TriesSpent | undefined;
    for (const known of this.#known) {
      const spent = known.triesOf(offset, fingerprint);
      if (spent !== undefined && spent.tries >= (most?.tries ?? 0)) most = spent;
    }
    if (this.#known.every(({ end }) => end <= offset + 1)) this.#known = [];
    return most;
  }

  /** Done from `offset` on, as offset and fingerprint; ascending, each offset once. */
  doneFrom(offset: number): readonly (readonly [number, number])[] {
    if (this.isEmpty) return [];
    const ahead = this.#known.flatMap((known) => [...known.doneFrom(offset)]);
    return [...new Map(ahead)].toSorted(([a], [b]) => a - b);
  }

  /** In no order, each offset once. */
  triesFrom(offset: number): readonly TriesOfRecord[] {
    const ahead = this.#known.flatMap((known) => [...known.triesFrom(offset)]);
    return [...new Map(ahead.map((one) => [one.offset, one])).values()];
  }
}
