const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const LOWER_U = 0x75;
const CASE_BIT = 0x20;
const SPACE = 0x20;

/** What may follow a backslash, `u` and its digits apart (RFC 8259, 7). */
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
const WORDS: readonly Uint8Array[] = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** Walks over JSON text (RFC 8259) token by token. What it is shown must be UTF-8. */
export class JsonScanner {
  bytes: Uint8Array = new Uint8Array();
  /** Of the byte that is looked at next. */
  at = 0;
  /** Whether the string that was passed last holds an escape. */
  hasEscape = false;

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
  }

  /** The next byte that is no white space; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    for (;;) {
      const byte = bytes[this.at];
      if (byte === undefined) return -1;
      if (byte > SPACE || !(byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09)) {
        return byte;
      }
      this.at += 1;
    }
  }

  /** Passes one byte behind white space; false, and stays, where it is another. */
  pass(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.at += 1;
    return true;
  }

  /** Passes a string, a number or a word; false where none is. */
  passScalar(first: number): boolean {
    if (first === QUOTE) return this.passString();
    return first === MINUS || isDigit(first) ? this.#passNumber() : this.#passWord(first);
  }

  /** Passes a string, both quotes included; false where none is or it is broken. */
  passString(): boolean {
    if (!this.pass(QUOTE)) return false;
    const { bytes } = this;
    this.hasEscape = false;
    for (let at = this.at; ; at += 1) {
      const byte = bytes[at];
      if (byte === undefined || byte < SPACE) return false;
      if (byte === QUOTE) {
        this.at = at + 1;
        return true;
      }
      if (byte !== BACKSLASH) continue;
      this.hasEscape = true;
      at = this.#escapeEnd(at);
      if (at < 0) return false;
    }
  }

  /** The last byte of an escape that begins at `at`; -1 where it is none. */
  #escapeEnd(at: number): number {
    const kind = this.bytes[at + 1];
    if (kind !== LOWER_U) return kind !== undefined && ESCAPED.has(kind) ? at + 1 : -1;
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (!isHexDigit(this.bytes[digit])) return -1;
    }
    return at + 5;
  }

  #passNumber(): boolean {
    if (this.bytes[this.at] === MINUS) this.at += 1;
    if (this.bytes[this.at] === ZERO) this.at += 1;
    else if (!this.#passDigits()) return false;
    if (this.bytes[this.at] === POINT) {
      this.at += 1;
      if (!this.#passDigits()) return false;
    }
    if (((this.bytes[this.at] ?? 0) | CASE_BIT) !== LOWER_E) return true;
    this.at += 1;
    const sign = this.bytes[this.at];
    if (sign === PLUS || sign === MINUS) this.at += 1;
    return this.#passDigits();
  }

  #passDigits(): boolean {
    const start = this.at;
    while (isDigit(this.bytes[this.at] ?? 0)) this.at += 1;
    return this.at > start;
  }

  #passWord(first: number): boolean {
    const word = WORDS.find(([letter]) => letter === first);
    if (word === undefined) return false;
    for (let index = 0; index < word.length; index += 1) {
      if (this.bytes[this.at + index] !== word[index]) return false;
    }
    this.at += word.length;
    return true;
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  const letter = byte | CASE_BIT;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
