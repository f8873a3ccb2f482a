const NEWLINE = 0x0a;
/** Some thirty lines: little enough to stay in the cache while they are hashed. */
const WINDOW_BYTES = 64 * 1024;

/**
 * The lines of a file, one at a time and each also as text of one character a byte: what is looked
 * for in a line is found several times faster in text than in bytes.
 */
export class LineText {
  readonly #bytes: Buffer;
  /** Where `text` begins. */
  #textAt = 0;
  #hasHole = false;
  /** Latin-1 of a part of the file in which the line lies, from `start` to `end`. */
  text = '';
  start = 0;
  /** Of its newline. */
  end = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Its bytes, without the newline. */
  get line(): Buffer {
    return this.#bytes.subarray(this.#textAt + this.start, this.#textAt + this.end);
  }

  /** A byte 0 may be in the line. */
  get mayHaveHole(): boolean {
    return this.#hasHole;
  }

  /** Goes to the line that begins at byte `at`; false where no newline follows. */
  moveTo(at: number): boolean {
    this.start = at - this.#textAt;
    this.end = this.start < 0 ? -1 : this.text.indexOf('\n', this.start);
    return this.end >= 0 || this.#load(at);
  }

  #load(at: number): boolean {
    const lineEnd = this.#bytes.indexOf(NEWLINE, at);
    if (lineEnd < 0) return false;
    const windowEnd = Math.min(this.#bytes.length, Math.max(at + WINDOW_BYTES, lineEnd + 1));
    this.text = this.#bytes.toString('latin1', at, windowEnd);
    this.#hasHole = this.text.includes('\0');
    this.#textAt = at;
    this.start = 0;
    this.end = lineEnd - at;
    return true;
  }
}

/** The same characters in memory of their own: a part of a text keeps all of it in memory. */
export function ownText(part: string): string {
  return Buffer.from(part, 'latin1').toString('latin1');
}
