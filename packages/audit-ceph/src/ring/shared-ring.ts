/**
 * Layout of the ring that the main thread writes and the spool's writer thread drains. A frame is
 * a header of 16 bytes (text length, kind, event time) and the text in UTF-8, padded to 8 bytes, and
 * never wraps around the end. Head and tail count bytes modulo 2^32.
 */
export interface SharedRing {
  readonly control: SharedArrayBuffer;
  /** Its length is a power of two. */
  readonly bytes: SharedArrayBuffer;
}

export const HEADER_BYTES = 16;

/** Words of the control block. */
export const HEAD = 0;
export const TAIL = 1;
/** What the reader is doing: one of the three below. */
export const READER = 2;
/** Raised by the writer to end a gathering early. */
export const SIGNAL = 3;
/** Raised to make the writer thread give up on a disk that takes nothing. */
export const ABANDON = 4;
/** Where the head stood when the writer last knew of nobody who would write soon. */
export const WHOLE = 5;
const CONTROL_WORDS = 8;

export const READER_BUSY = 0;
/** Asleep until a first frame comes. */
export const READER_IDLE = 1;
/** Asleep while a group fills. */
export const READER_GATHERING = 2;

/** Kinds of frames; 0 and above is an event of that route group, 0 being none. */
export const FRAME_WRAP = -1;
/** Names the next route group: ids are given in order from 1. */
export const FRAME_GROUP = -2;
/** Seal what is there. */
export const FRAME_SEAL = -3;
/** Seal what is there and end. */
export const FRAME_CLOSE = -4;
/** The data key that fields of the events behind it are encrypted with. */
export const FRAME_DATA_KEY = -5;

/** A ring of at least `bytesMin` bytes, rounded up to a power of two. */
export function createSharedRing(bytesMin: number): SharedRing {
  const capacity = 2 ** Math.ceil(Math.log2(Math.max(bytesMin, 4096)));
  return {
    control: new SharedArrayBuffer(CONTROL_WORDS * 4),
    bytes: new SharedArrayBuffer(capacity),
  };
}

/** Size of a frame for a text of that many bytes. */
export function frameBytes(textBytes: number): number {
  return (HEADER_BYTES + textBytes + 7) & ~7;
}
