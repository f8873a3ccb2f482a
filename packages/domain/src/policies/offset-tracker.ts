import type { TriesSpent } from '../model/tries-spent.ts';
import type { KnownFrom, KnownRecords } from './known-records.ts';
import type { OffsetMap, TriesOfRecord } from './offset-map.ts';
import { Recollection } from './recollection.ts';

/** Handed over and not settled; not to be handed over again. */
const IN_FLIGHT = 0;
const SETTLED = 1;
/** Was handed over in an earlier pass and given up there. */
const FORGOTTEN = 2;

const CAPACITY_MIN = 64;
/** Settled records kept for a commit that does not come: past it the oldest are called again after a crash. */
const UNCOMMITTED_MAX = 65_536;

/**
 * What of one partition is settled, as records end out of order: how far its offset may be
 * committed, and which records are known when they are read a second time.
 *
 * Records are read in passes, each from `committable` on and in offset order. An offset inside a
 * pass at which no record was taken is one that the log does not hold (compaction, transaction
 * markers) and counts as settled. What an earlier life of the partition knew is taken over as records
 * are met that it speaks of. Memory: 19 bytes for each record from the first unsettled one on, and
 * for up to 65,536 before it that are not committed; gaps cost nothing. `take` and `settle` are amortised O(1) in a log without gaps; a gap makes
 * `settle` search, O(log n).
 */
export class OffsetTracker {
  #offsets = new Float64Array(CAPACITY_MIN);
  #timestamps = new Float64Array(CAPACITY_MIN);
  #fingerprints = new Uint16Array(CAPACITY_MIN);
  #states = new Uint8Array(CAPACITY_MIN);
  readonly #spent = new Map<number, TriesSpent>();
  #known: Recollection;
  readonly #recalled = { offset_map: 0, journal: 0 };
  #revision = 0;
  /**
   * Slots count up and are masked into the arrays, whose lengths are powers of two. From `floor` to
   * `head` stand settled records whose commit is not known to have been taken.
   */
  #floor = 0;
  #head = 0;
  #tail = 0;
  /** The slot at which the current pass stands. */
  #cursor = 0;
  #position: number;
  /** The furthest that any pass came to. */
  #seenTo: number;
  #inFlight = 0;

  /** `start` is the next offset to be read: the group's committed one. */
  constructor(start: number, known: readonly KnownRecords[] = []) {
    this.#position = start;
    this.#seenTo = start;
    this.#known = new Recollection(known);
  }

  /** The next offset of the current pass. */
  get position(): number {
    return this.#position;
  }

  /** Every offset below is settled: the offset to commit. Never goes back. */
  get committable(): number {
    return this.#head === this.#tail ? this.#seenTo : this.#offsetAt(this.#head);
  }

  /** Records handed over and not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Records from the first unsettled one on. */
  get span(): number {
    return this.#tail - this.#head;
  }

  /** Records that were known to be done when they were met, by where that came from. */
  get recalled(): Readonly<Record<KnownFrom, number>> {
    return this.#recalled;
  }

  /** Goes up whenever `toMap` would say something else. */
  get revision(): number {
    return this.#revision;
  }

  /** When the oldest record was stamped that is not known to be committed; `undefined` for none. */
  get oldestTimestampMs(): number | undefined {
    if (this.#floor === this.#tail) return undefined;
    return this.#timestamps[this.#floor & this.#mask] ?? 0;
  }

  /**
   * The next record of this pass: true where it is to be handed over, false where it is known. What
   * lies between it and the record before it counts as settled. `fingerprint` tells it from another
   * at the same offset (`recordFingerprint`).
   */
  take(offset: number, timestampMs: number, fingerprint: number): boolean {
    if (offset < this.#position) return false;
    this.#settleForgottenBelow(offset);
    this.#position = offset + 1;
    if (offset < this.#seenTo) return this.#takeAgain(offset);
    this.#append(offset, timestampMs, fingerprint);
    return this.#known.isEmpty || !this.#recall(offset, fingerprint);
  }

  /** The pass has read the log up to `next`, whatever records it held. */
  passTo(next: number): void {
    if (next <= this.#position) return;
    this.#settleForgottenBelow(next);
    this.#position = next;
    if (next > this.#seenTo) this.#seenTo = next;
  }

  /** The record's end is final. False where it is not in flight: it does nothing then. */
  settle(offset: number): boolean {
    const slot = this.#find(offset);
    if (slot === undefined || this.#states[slot & this.#mask] !== IN_FLIGHT) return false;
    this.#states[slot & this.#mask] = SETTLED;
    this.#inFlight -= 1;
    this.#revision += 1;
    if (this.#spent.size > 0) this.#spent.delete(offset);
    if (slot === this.#head) this.#dropSettled();
    return true;
  }

  /** What was spent on a record that is not settled; `undefined` for nothing. */
  spentOn(offset: number): TriesSpent | undefined {
    return this.#spent.size === 0 ? undefined : this.#spent.get(offset);
  }

  /** Keeps what was spent on a record, for as long as it is not settled. */
  noteSpent(offset: number, spent: TriesSpent): void {
    const slot = this.#find(offset);
    if (slot === undefined || this.#states[slot & this.#mask] === SETTLED) return;
    this.#spent.set(offset, spent);
    this.#revision += 1;
  }

  /** The group stands at `offset`: what is below needs no keeping. */
  noteCommitted(offset: number): void {
    while (this.#floor < this.#head && this.#offsetAt(this.#floor) < offset) this.#floor += 1;
  }

  /** What is done above `committable`, and what was spent there, records yet to be met included. */
  toMap(): OffsetMap {
    return this.#mapFrom(this.#head, this.committable);
  }

  /** The same of all that is not known to be committed: a commit may never leave, or be refused. */
  toUncommitted(): OffsetMap {
    if (this.#floor === this.#head) return this.toMap();
    return this.#mapFrom(this.#floor, this.#offsetAt(this.#floor));
  }

  #mapFrom(first: number, base: number): OffsetMap {
    const offsets: number[] = [];
    const fingerprints: number[] = [];
    for (let slot = first; slot < this.#tail; slot += 1) {
      const index = slot & this.#mask;
      if (this.#states[index] !== SETTLED) continue;
      offsets.push(this.#offsets[index] ?? 0);
      fingerprints.push(this.#fingerprints[index] ?? 0);
    }
    for (const [offset, fingerprint] of this.#known.doneFrom(this.#seenTo)) {
      offsets.push(offset);
      fingerprints.push(fingerprint);
    }
    return { base, offsets, fingerprints, tries: this.#tries() };
  }

  /**
   * Begins a new pass at the group's committed offset: what is in flight is given up and will be
   * handed over again, what is settled stays known. Where the group stands further than this tracker
   * does, somebody else went on and everything below counts as settled.
   */
  rewind(committed: number): void {
    for (let slot = this.#head; slot < this.#tail; slot += 1) {
      const index = slot & this.#mask;
      const isDone = this.#states[index] === SETTLED || this.#offsetAt(slot) < committed;
      this.#states[index] = isDone ? SETTLED : FORGOTTEN;
    }
    this.#inFlight = 0;
    this.#revision += 1;
    this.#dropSettled();
    this.noteCommitted(committed);
    for (const offset of this.#spent.keys()) if (offset < committed) this.#spent.delete(offset);
    this.#cursor = this.#head;
    this.#position = committed;
    if (committed > this.#seenTo) this.#seenTo = committed;
  }

  /**
   * Takes over, after a rewind, what somebody else came to know who read the same records meanwhile:
   * what he settled is not handed over again, and of tries the greater number counts.
   */
  learn(known: readonly KnownRecords[]): void {
    const told = new Recollection(known);
    for (let slot = this.#head; slot < this.#tail; slot += 1) {
      const index = slot & this.#mask;
      const offset = this.#offsets[index] ?? 0;
      const fingerprint = this.#fingerprints[index] ?? 0;
      const from = told.doneBy(offset, fingerprint);
      if (this.#states[index] !== FORGOTTEN) continue;
      if (from === undefined) {
        this.#addTries(offset, told.triesOf(offset, fingerprint));
      } else {
        this.#recalled[from] += 1;
        this.#settleForgotten(index);
      }
    }
    this.#dropSettled();
    this.#known = this.#known.joinedBy(known, this.#seenTo);
  }

  get #mask(): number {
    return this.#states.length - 1;
  }

  #offsetAt(slot: number): number {
    return this.#offsets[slot & this.#mask] ?? Number.NaN;
  }

  #addTries(offset: number, spent: TriesSpent | undefined): void {
    if (spent === undefined || spent.tries <= (this.#spent.get(offset)?.tries ?? 0)) return;
    this.#spent.set(offset, spent);
    this.#revision += 1;
  }

  /** A record that an earlier pass came past: handed over again only where it was given up there. */
  #takeAgain(offset: number): boolean {
    const slot = this.#cursor;
    if (slot >= this.#tail || this.#offsetAt(slot) !== offset) return false;
    this.#cursor = slot + 1;
    if (this.#states[slot & this.#mask] !== FORGOTTEN) return false;
    this.#states[slot & this.#mask] = IN_FLIGHT;
    this.#inFlight += 1;
    return true;
  }

  /** Settles the record that was just met where an earlier life did; else takes its tries over. */
  #recall(offset: number, fingerprint: number): boolean {
    const from = this.#known.doneBy(offset, fingerprint);
    if (from !== undefined) {
      this.#recalled[from] += 1;
      return this.settle(offset);
    }
    const spent = this.#known.triesOf(offset, fingerprint);
    if (spent !== undefined) this.#spent.set(offset, spent);
    return false;
  }

  #tries(): readonly TriesOfRecord[] {
    const tries: TriesOfRecord[] = [];
    for (const [offset, spent] of this.#spent) {
      const slot = this.#find(offset);
      if (slot === undefined) continue;
      const fingerprint = this.#fingerprints[slot & this.#mask] ?? 0;
      tries.push({ ...spent, offset, fingerprint });
    }
    return [...tries, ...this.#known.triesFrom(this.#seenTo)].toSorted(
      (a, b) => a.offset - b.offset,
    );
  }

  #append(offset: number, timestampMs: number, fingerprint: number): void {
    if (this.#tail - this.#floor === this.#states.length) this.#grow();
    const index = this.#tail & this.#mask;
    this.#offsets[index] = offset;
    this.#timestamps[index] = timestampMs;
    this.#fingerprints[index] = fingerprint;
    this.#states[index] = IN_FLIGHT;
    this.#tail += 1;
    this.#cursor = this.#tail;
    this.#inFlight += 1;
    this.#seenTo = offset + 1;
  }

  /** The pass went by without meeting them: the log no longer holds them. */
  #settleForgottenBelow(offset: number): void {
    if (this.#cursor < this.#head) this.#cursor = this.#head;
    while (this.#cursor < this.#tail && this.#offsetAt(this.#cursor) < offset) {
      const index = this.#cursor & this.#mask;
      if (this.#states[index] === FORGOTTEN) this.#settleForgotten(index);
      this.#cursor += 1;
    }
    this.#dropSettled();
  }

  #settleForgotten(index: number): void {
    this.#states[index] = SETTLED;
    this.#revision += 1;
    this.#spent.delete(this.#offsets[index] ?? 0);
  }

  #dropSettled(): void {
    while (this.#head < this.#tail && this.#states[this.#head & this.#mask] === SETTLED) {
      this.#head += 1;
    }
    if (this.#head - this.#floor > UNCOMMITTED_MAX) this.#floor = this.#head - UNCOMMITTED_MAX;
  }

  /** The slot of an offset: where it would be in a log without gaps, else by halving below that. */
  #find(offset: number): number | undefined {
    if (this.#head === this.#tail) return undefined;
    let high = Math.min(this.#tail - 1, this.#head + offset - this.#offsetAt(this.#head));
    let low = this.#head;
    while (low <= high) {
      if (this.#offsetAt(high) === offset) return high;
      const middle = low + Math.floor((high - low) / 2);
      if (this.#offsetAt(middle) < offset) low = middle + 1;
      else high = middle;
      if (low === high && this.#offsetAt(low) !== offset) return undefined;
    }
    return undefined;
  }

  #grow(): void {
    const length = this.#tail - this.#floor;
    const offsets = new Float64Array(this.#states.length * 2);
    const timestamps = new Float64Array(offsets.length);
    const fingerprints = new Uint16Array(offsets.length);
    const states = new Uint8Array(offsets.length);
    for (let index = 0; index < length; index += 1) {
      const from = (this.#floor + index) & this.#mask;
      offsets[index] = this.#offsets[from] ?? 0;
      timestamps[index] = this.#timestamps[from] ?? 0;
      fingerprints[index] = this.#fingerprints[from] ?? 0;
      states[index] = this.#states[from] ?? 0;
    }
    this.#cursor = Math.max(0, this.#cursor - this.#floor);
    this.#head -= this.#floor;
    this.#floor = 0;
    this.#tail = length;
    this.#offsets = offsets;
    this.#timestamps = timestamps;
    this.#fingerprints = fingerprints;
    this.#states = states;
  }
}
