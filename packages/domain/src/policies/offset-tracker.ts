/** Handed over and not settled; not to be handed over again. */
const IN_FLIGHT = 0;
const SETTLED = 1;
/** Was handed over in an earlier pass and given up there. */
const FORGOTTEN = 2;

const CAPACITY_MIN = 64;

/**
 * What of one partition is settled, as records end out of order: how far its offset may be
 * committed, and which records are known when they are read a second time.
 *
 * Records are read in passes, each from `committable` on and in offset order. An offset inside a
 * pass at which no record was taken is one that the log does not hold (compaction, transaction
 * markers) and counts as settled. Memory: 17 bytes for each record from the first unsettled one on,
 * gaps cost nothing. `take` and `settle` are amortised O(1) in a log without gaps; a gap makes
 * `settle` search, O(log n).
 */
export class OffsetTracker {
  #offsets = new Float64Array(CAPACITY_MIN);
  #timestamps = new Float64Array(CAPACITY_MIN);
  #states = new Uint8Array(CAPACITY_MIN);
  /** Slots count up and are masked into the arrays, whose lengths are powers of two. */
  #head = 0;
  #tail = 0;
  /** The slot at which the current pass stands. */
  #cursor = 0;
  #position: number;
  /** The furthest that any pass came to. */
  #seenTo: number;
  #inFlight = 0;

  /** `start` is the next offset to be read: the group's committed one. */
  constructor(start: number) {
    this.#position = start;
    this.#seenTo = start;
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

  /** When the oldest record not settled was stamped; `undefined` where there is none. */
  get oldestTimestampMs(): number | undefined {
    if (this.#head === this.#tail) return undefined;
    return this.#timestamps[this.#head & this.#mask] ?? 0;
  }

  /**
   * The next record of this pass: true where it is to be handed over, false where it is known. What
   * lies between it and the record before it counts as settled.
   */
  take(offset: number, timestampMs: number): boolean {
    if (offset < this.#position) return false;
    this.#settleForgottenBelow(offset);
    this.#position = offset + 1;
    if (offset < this.#seenTo) return this.#takeAgain(offset);
    this.#append(offset, timestampMs);
    return true;
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
    if (slot === this.#head) this.#dropSettled();
    return true;
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
    this.#dropSettled();
    this.#cursor = this.#head;
    this.#position = committed;
    if (committed > this.#seenTo) this.#seenTo = committed;
  }

  get #mask(): number {
    return this.#states.length - 1;
  }

  #offsetAt(slot: number): number {
    return this.#offsets[slot & this.#mask] ?? Number.NaN;
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

  #append(offset: number, timestampMs: number): void {
    if (this.#tail - this.#head === this.#states.length) this.#grow();
    const index = this.#tail & this.#mask;
    this.#offsets[index] = offset;
    this.#timestamps[index] = timestampMs;
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
      if (this.#states[index] === FORGOTTEN) this.#states[index] = SETTLED;
      this.#cursor += 1;
    }
    this.#dropSettled();
  }

  #dropSettled(): void {
    while (this.#head < this.#tail && this.#states[this.#head & this.#mask] === SETTLED) {
      this.#head += 1;
    }
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
    const length = this.#tail - this.#head;
    const offsets = new Float64Array(this.#states.length * 2);
    const timestamps = new Float64Array(offsets.length);
    const states = new Uint8Array(offsets.length);
    for (let index = 0; index < length; index += 1) {
      const from = (this.#head + index) & this.#mask;
      offsets[index] = this.#offsets[from] ?? 0;
      timestamps[index] = this.#timestamps[from] ?? 0;
      states[index] = this.#states[from] ?? 0;
    }
    this.#cursor = Math.max(0, this.#cursor - this.#head);
    this.#head = 0;
    this.#tail = length;
    this.#offsets = offsets;
    this.#timestamps = timestamps;
    this.#states = states;
  }
}
