import type { TriesSpent } from '../model/tries-spent.ts';
import type { OffsetMap, TriesOfRecord } from './offset-map.ts';

/** Where knowledge of an earlier life comes from: the group's commit, or this node's audit spool. */
export type KnownFrom = 'offset_map' | 'journal';

/**
 * What an earlier life of a partition left to know: each word of it counts only for the very record
 * that it was said of. The first record that is another refutes all the rest.
 */
export class KnownRecords {
  readonly from: KnownFrom;
  readonly #fingerprints = new Map<number, number>();
  readonly #tries = new Map<number, TriesOfRecord>();
  #last = -1;
  #refutedAt: number | undefined;
  /** A record was met that had its fingerprint kept. */
  #isConfirmed = false;

  constructor(from: KnownFrom, map: OffsetMap) {
    this.from = from;
    for (const [index, offset] of map.offsets.entries()) {
      this.#fingerprints.set(offset, map.fingerprints[index] ?? 0);
      this.#last = Math.max(this.#last, offset);
    }
    for (const one of map.tries) {
      this.#tries.set(one.offset, one);
      this.#last = Math.max(this.#last, one.offset);
    }
  }

  /** Nothing is known from here on. */
  get end(): number {
    return this.#last + 1;
  }

  /** The offset at which the log held another record; from then on nothing counts. */
  get refutedAt(): number | undefined {
    return this.#refutedAt;
  }

  /** Whether the record that the log holds at `offset` is done. */
  isDone(offset: number, fingerprint: number): boolean {
    const expected = this.#fingerprints.get(offset);
    if (expected === undefined) return false;
    if (expected === 0) return this.#isConfirmed;
    if (expected === fingerprint) {
      this.#isConfirmed = true;
      return true;
    }
    this.#refute(offset);
    return false;
  }

  triesOf(offset: number, fingerprint: number): TriesSpent | undefined {
    const known = this.#tries.get(offset);
    if (known === undefined || known.fingerprint === fingerprint) return known;
    this.#refute(offset);
    return undefined;
  }

  /** What is known from `offset` on, as pairs of offset and fingerprint. */
  *doneFrom(offset: number): IterableIterator<readonly [number, number]> {
    for (const pair of this.#fingerprints) if (pair[0] >= offset) yield pair;
  }

  *triesFrom(offset: number): IterableIterator<TriesOfRecord> {
    for (const one of this.#tries.values()) if (one.offset >= offset) yield one;
  }

  #refute(offset: number): void {
    this.#refutedAt = offset;
    this.#last = -1;
    this.#fingerprints.clear();
    this.#tries.clear();
  }
}
