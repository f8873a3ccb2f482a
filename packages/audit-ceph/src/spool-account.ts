/**
 * Room for one event, set aside before its call starts: twelve attempts with every fact that the
 * probe knows come to about 9 KB. An event that is larger still is written; the next reservation
 * then finds less room.
 */
export const RESERVATION_BYTES = 16 * 1024;

/** Never given to calls: `audit.gap` and `system.*` find room when all else is full. */
export const SYSTEM_RESERVE_BYTES = 64 * 1024;

const BALLAST_BYTES_MAX = 32 * 1024 * 1024;

/** What the spool's disk holds and what was promised of it, in bytes. */
export class SpoolAccount {
  readonly bytesMax: number;
  /** On disk for reservations; it bounds how many there can be. */
  readonly ballastBytes: number;
  #reservations = 0;
  /** Lines of the open segment. */
  openBytes = 0;
  /** Lines of sealed segments that wait to be compressed. */
  sealedBytes = 0;
  /** Compressed segments that wait for the store. */
  objectBytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
    this.ballastBytes = Math.min(BALLAST_BYTES_MAX, Math.floor(bytesMax / 4));
  }

  get spoolBytes(): number {
    return this.openBytes + this.sealedBytes + this.objectBytes;
  }

  get reservedBytes(): number {
    return this.#reservations * RESERVATION_BYTES;
  }

  /** Whether the disk's share for reservations has one more. */
  get hasReservationsLeft(): boolean {
    return this.reservedBytes + RESERVATION_BYTES <= this.ballastBytes;
  }

  /** Whether one more event finds no room beside what is on disk, unwritten and promised. */
  isFull(unwrittenBytes: number): boolean {
    return this.isOver(unwrittenBytes + this.reservedBytes + RESERVATION_BYTES);
  }

  /** Whether that many bytes more are too many. */
  isOver(bytes: number): boolean {
    return this.spoolBytes + bytes + SYSTEM_RESERVE_BYTES > this.bytesMax;
  }

  reserve(): void {
    this.#reservations += 1;
  }

  /** Gives one reservation back; without one it does nothing. */
  release(): void {
    if (this.#reservations > 0) this.#reservations -= 1;
  }
}
