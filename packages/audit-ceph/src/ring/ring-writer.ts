import {
  FRAME_WRAP,
  frameBytes,
  HEAD,
  HEADER_BYTES,
  READER,
  READER_BUSY,
  READER_IDLE,
  type SharedRing,
  SIGNAL,
  TAIL,
} from './shared-ring.ts';

/** The main thread's end of the ring: writes frames, never blocks. */
export class RingWriter {
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #bytes: Buffer;
  readonly #mask: number;
  readonly #groupBytes: number;
  #head = 0;

  /** `groupBytes`: how much makes a gathering reader begin at once. */
  constructor(ring: SharedRing, groupBytes: number) {
    this.#control = new Int32Array(ring.control);
    this.#words = new Int32Array(ring.bytes);
    this.#times = new Float64Array(ring.bytes);
    this.#bytes = Buffer.from(ring.bytes);
    this.#mask = ring.bytes.byteLength - 1;
    this.#groupBytes = groupBytes;
  }

  /** The largest text that is sure to fit into an empty ring. */
  get textBytesMax(): number {
    return this.#bytes.length / 2 - HEADER_BYTES;
  }

  /** Writes one frame and wakes the reader; -1 when there is no room now, else the text's bytes. */
  tryWrite(kind: number, timeMs: number, text: string): number {
    // The bound of three bytes a character spares counting them; it is exact only when it must be.
    let bound = frameBytes(text.length * 3);
    if (bound > this.#roomAhead()) bound = frameBytes(Buffer.byteLength(text));
    if (bound > this.#roomAhead() && !this.#wrap(bound)) return -1;
    const at = this.#head & this.#mask;
    const written = this.#bytes.write(text, at + HEADER_BYTES);
    this.#words[at >> 2] = written;
    this.#words[(at >> 2) + 1] = kind;
    this.#times[(at >> 3) + 1] = timeMs;
    this.#publish(frameBytes(written));
    return written;
  }

  /** Bytes free without a break. */
  #roomAhead(): number {
    return Math.min(this.#free(), this.#mask + 1 - (this.#head & this.#mask));
  }

  #free(): number {
    return this.#mask + 1 - ((this.#head - Atomics.load(this.#control, TAIL)) >>> 0);
  }

  #wrap(bytes: number): boolean {
    const at = this.#head & this.#mask;
    const toEnd = this.#mask + 1 - at;
    if (toEnd + bytes > this.#free()) return false;
    this.#words[(at >> 2) + 1] = FRAME_WRAP;
    this.#head = (this.#head + toEnd) | 0;
    return true;
  }

  #publish(bytes: number): void {
    this.#head = (this.#head + bytes) | 0;
    Atomics.store(this.#control, HEAD, this.#head);
    const reader = Atomics.load(this.#control, READER);
    if (reader === READER_BUSY) return;
    if (reader === READER_IDLE) {
      Atomics.notify(this.#control, HEAD);
      return;
    }
    const used = (this.#head - Atomics.load(this.#control, TAIL)) >>> 0;
    if (used < this.#groupBytes) return;
    Atomics.store(this.#control, SIGNAL, 1);
    Atomics.notify(this.#control, SIGNAL);
  }
}
