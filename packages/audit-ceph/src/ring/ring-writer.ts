import {
  type AuditEvent,
  JsonBytes,
  type PrivateField,
  PrivatePart,
  writeAuditEvent,
} from '@netscope/domain';

import { appendPrivatePart } from '../encryption/private-frame.ts';
import {
  FRAME_WRAP,
  frameBytes,
  HEAD,
  HEADER_BYTES,
  READER,
  READER_BUSY,
  READER_GATHERING,
  READER_IDLE,
  type SharedRing,
  SIGNAL,
  TAIL,
  WHOLE,
} from './shared-ring.ts';

interface Frame {
  readonly at: number;
  readonly kind: number;
  readonly timeMs: number;
  readonly textBytes: number;
}

/** An event whose room is not counted before it is written may take this much. */
const EVENT_BYTES_MAX = 64 * 1024;

/** The main thread's end of the ring: writes frames, never blocks. */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #bytes: Buffer;
  readonly #mask: number;
  readonly #groupBytes: number;
  readonly #out: JsonBytes;
  readonly #eventBytesMax: number;
  #head = 0;

  /**
   * `groupBytes`: how much makes a gathering reader begin at once. `privately`: fields that go to the
   * private part of each frame.
   */
  constructor(ring: SharedRing, groupBytes: number, privately?: ReadonlySet<PrivateField>) {
    this.#control = new Int32Array(ring.control);
    this.#words = new Int32Array(ring.bytes);
    this.#times = new Float64Array(ring.bytes);
    this.#bytes = Buffer.from(ring.bytes);
    this.#mask = ring.bytes.byteLength - 1;
    this.#groupBytes = groupBytes;
    this.#eventBytesMax = Math.min(EVENT_BYTES_MAX, ring.bytes.byteLength / 4);
    const part = privately && new PrivatePart(privately, Buffer.alloc(this.#eventBytesMax));
    this.#out = new JsonBytes(this.#bytes, part);
  }

  /** The largest text that is sure to fit into an empty ring. */
  get textBytesMax(): number {
    return this.#bytes.length / 2 - HEADER_BYTES;
  }

  /** Bytes that the reader has not taken yet. */
  get unreadBytes(): number {
    return (this.#head - Atomics.load(this.#control, TAIL)) >>> 0;
  }

  /** Writes one frame and wakes the reader; -1 when there is no room now, else the text's bytes. */
  tryWrite(kind: number, timeMs: number, text: Uint8Array): number {
    const bytes = frameBytes(text.length);
    if (bytes > this.#roomAhead() && !this.#wrap(bytes)) return -1;
    const at = this.#head & this.#mask;
    this.#bytes.set(text, at + HEADER_BYTES);
    return this.#publish({ at, kind, timeMs, textBytes: text.length });
  }

  /**
   * The same for the line of an event, which is made where it will be read. -1 also for one that is
   * larger than events are.
   * @throws {RangeError} for an event that cannot be written.
   */
  tryWriteEvent(kind: number, timeMs: number, event: AuditEvent): number {
    const room = this.#eventBytesMax;
    if (room > this.#roomAhead() && !this.#wrap(room)) return -1;
    const at = this.#head & this.#mask;
    const start = at + HEADER_BYTES;
    this.#out.begin(start, at + room);
    writeAuditEvent(event, this.#out);
    appendPrivatePart(this.#out);
    if (this.#out.isFull) return -1;
    return this.#publish({ at, kind, timeMs, textBytes: this.#out.at - start });
  }

  /** Says that nothing is to be waited for: a group that is gathered is all that comes for now. */
  endGroup(): void {
    Atomics.store(this.#control, WHOLE, this.#head);
    if (Atomics.load(this.#control, READER) === READER_GATHERING) this.#signal();
  }

  /** Bytes free without a break. */
  #roomAhead(): number {
    return Math.min(this.#free(), this.#mask + 1 - (this.#head & this.#mask));
  }

  #free(): number {
    return this.#mask + 1 - this.unreadBytes;
  }

  #wrap(bytes: number): boolean {
    const at = this.#head & this.#mask;
    const toEnd = this.#mask + 1 - at;
    if (toEnd + bytes > this.#free()) return false;
    this.#words[(at >> 2) + 1] = FRAME_WRAP;
    this.#head = (this.#head + toEnd) | 0;
    return true;
  }

  #publish({ at, kind, timeMs, textBytes }: Frame): number {
    this.#words[at >> 2] = textBytes;
    this.#words[(at >> 2) + 1] = kind;
    this.#times[(at >> 3) + 1] = timeMs;
    this.#head = (this.#head + frameBytes(textBytes)) | 0;
    Atomics.store(this.#control, HEAD, this.#head);
    this.#wake();
    return textBytes;
  }

  #wake(): void {
    const reader = Atomics.load(this.#control, READER);
    if (reader === READER_BUSY) return;
    if (reader === READER_IDLE) {
      Atomics.notify(this.#control, HEAD);
      return;
    }
    if (this.unreadBytes >= this.#groupBytes) this.#signal();
  }

  #signal(): void {
    Atomics.store(this.#control, SIGNAL, 1);
    Atomics.notify(this.#control, SIGNAL);
  }
}
