/**
 * Room for one event without excerpts, set aside before its call starts: twelve attempts with every
 * fact that the probe knows come to about 9 KB. An event that is larger still is written; the next
 * reservation then finds less room.
 */
export const RESERVATION_BYTES = 16 * 1024;

/** Not for calls, circuits or operators: `audit.gap` and `system.*` find room when all else is full. */
export const SYSTEM_RESERVE_BYTES = 64 * 1024;

/** Twice the default of `records_in_flight`. */
const RESERVATIONS_MAX = 2048;

/** What the spool's disk holds and what was promised of it, in bytes. */
export class SpoolAccount {
  readonly bytesMax: number;
  /** Of one event. */
  readonly #reservationBytes: number;
  /** On disk for reservations; it bounds how many there can be. */
  readonly ballastBytes: number;
  #reservations = 0;
  /** Lines of the open segment. */
  openBytes = 0;
  /** Lines of sealed segments that wait to be compressed. */
  sealedBytes = 0;
  /** Compressed segments that wait for the store. */
  objectBytes = 0;
  /** Signed digests that wait for it. */
  digestBytes = 0;

  /** `excerptsBytesMax`: what excerpts of bodies and headers add to an event at most. */
  constructor(bytesMax: number, excerptsBytesMax: number) {
    this.bytesMax = bytesMax;
    this.#reservationBytes = RESERVATION_BYTES + excerptsBytesMax;
    const ballastBytesMax = RESERVATIONS_MAX * this.#reservationBytes;
    this.ballastBytes = Math.min(ballastBytesMax, Math.floor(bytesMax / 4));
  }

  /** Of events that are not in the store. */
  get backlogBytes(): number {
    return this.openBytes + this.sealedBytes + this.objectBytes;
  }

  get spoolBytes(): number {
    return this.backlogBytes + this.digestBytes;
  }

  get reservedBytes(): number {
    return this.#reservations * this.#reservationBytes;
  }

  /** Whether the disk's share for reservations has one more. */
  get hasReservationsLeft(): boolean {
    return this.reservedBytes + this.#reservationBytes <= this.ballastBytes;
  }

  /** Whether one more event finds no room beside what is on disk, unwritten and promised. */
  isFull(unwrittenBytes: number): boolean {
    return this.isOver(unwrittenBytes + this.reservedBytes + this.#reservationBytes);
  }

  /** Whether that many bytes more are too many, beside what is held back on the same disk. */
  isOver(bytes: number): boolean {
    const heldBytes = this.ballastBytes + SYSTEM_RESERVE_BYTES;
    return this.spoolBytes + bytes + heldBytes > this.bytesMax;
  }

  reserve(): void {
    this.#reservations += 1;
  }

  /** Gives one reservation back; without one it does nothing. */
  release(): void {
    if (this.#reservations > 0) this.#reservations -= 1;
  }
}
