import {
  ABANDON,
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

/** The writer thread's end of the ring. It may block, so it never runs on the main thread. */
export class RingReader {
  readonly #control: Int32Array;
  readonly #words: Int32Array;
  readonly #times: Float64Array;
  readonly #bytes: Buffer;
  readonly #mask: number;
  #tail = 0;

  /** Facts of the frame that `next` found; valid until `release`. */
  kind = 0;
  timeMs = 0;
  textBytes = 0;

  constructor(ring: SharedRing) {
    this.#control = new Int32Array(ring.control);
    this.#words = new Int32Array(ring.bytes);
    this.#times = new Float64Array(ring.bytes);
    this.#bytes = Buffer.from(ring.bytes);
    this.#mask = ring.bytes.byteLength - 1;
  }

  /** Finds the oldest frame; false when there is none. */
  next(): boolean {
    while (this.pendingBytes > 0) {
      const at = this.#tail & this.#mask;
      this.kind = this.#words[(at >> 2) + 1] ?? 0;
      if (this.kind !== FRAME_WRAP) {
        this.textBytes = this.#words[at >> 2] ?? 0;
        this.timeMs = this.#times[(at >> 3) + 1] ?? 0;
        return true;
      }
      this.#advance(this.#mask + 1 - at);
    }
    return false;
  }

  /** Copies the found frame's text to `target` from `at` on. */
  copyText(target: Buffer, at: number): void {
    const start = (this.#tail & this.#mask) + HEADER_BYTES;
    this.#bytes.copy(target, at, start, start + this.textBytes);
  }

  /** The found frame's text. */
  text(): string {
    const start = (this.#tail & this.#mask) + HEADER_BYTES;
    return this.#bytes.toString('utf8', start, start + this.textBytes);
  }

  /** Gives the found frame's room back. */
  release(): void {
    this.#advance(frameBytes(this.textBytes));
  }

  get pendingBytes(): number {
    return (Atomics.load(this.#control, HEAD) - this.#tail) >>> 0;
  }

  /** Whether the other end knows of nobody who would add to what is pending. */
  get isWhole(): boolean {
    return Atomics.load(this.#control, WHOLE) === Atomics.load(this.#control, HEAD);
  }

  get isAbandoned(): boolean {
    return Atomics.load(this.#control, ABANDON) === 1;
  }

  /** Sleeps until there is a frame, at most `timeoutMs`. */
  waitForFrame(timeoutMs: number): void {
    Atomics.store(this.#control, READER, READER_IDLE);
    Atomics.wait(this.#control, HEAD, this.#tail, timeoutMs);
    Atomics.store(this.#control, READER, READER_BUSY);
  }

  /** Sleeps while a group fills: until it is large enough, or whole, or `timeoutMs` have passed. */
  gather(timeoutMs: number): void {
    Atomics.store(this.#control, SIGNAL, 0);
    Atomics.store(this.#control, READER, READER_GATHERING);
    // Asked again behind the store: one that ended the group before saw a reader that was awake.
    if (!this.isWhole) Atomics.wait(this.#control, SIGNAL, 0, timeoutMs);
    Atomics.store(this.#control, READER, READER_BUSY);
  }

  /** Sleeps for a while, or until told to give up. */
  pause(timeoutMs: number): void {
    Atomics.wait(this.#control, ABANDON, 0, timeoutMs);
  }

  #advance(bytes: number): void {
    this.#tail = (this.#tail + bytes) | 0;
    Atomics.store(this.#control, TAIL, this.#tail);
  }
}
