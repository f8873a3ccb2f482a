import type { FixedText } from './fixed-text.ts';
import { secondBytes, wholeMs } from './iso-timestamp.ts';
import type { PrivatePart } from './private-fields.ts';

/** Bytes that take text, as Node's `Buffer` does. */
export interface TextBytes extends Uint8Array {
  write(text: string, at: number, length: number, encoding: 'latin1' | 'utf8'): number;
  toString(encoding?: 'utf8', start?: number, end?: number): string;
}

/** A UTF-16 unit takes at most this much: an escape like \u001f. */
const UNIT_BYTES_MAX = 6;
/** More than any number takes, or any timestamp with its quotes. */
const NUMBER_BYTES_MAX = 40;
const INT_MAX = 2 ** 31 - 1;
const BILLION = 1e9;
const BILLION_DIGITS = 9;
/** Up to this length a loop over characters costs less than a call into the runtime. */
const SHORT_CHARS = 16;

const QUOTE = 0x22;
const POINT = 0x2e;
const ZERO = 0x30;
const OPENING_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/**
 * Writes JSON text in UTF-8 straight into bytes, with no string and no object in between. A member
 * that is `undefined` is left out with its name, as `JSON.stringify` does. It never writes past its
 * limit: what found no room is left out and `isFull` tells, so that all of it is to be discarded.
 */
export class JsonBytes {
  readonly bytes: TextBytes;
  /** Where fields go that are to be encrypted; absent where none are. */
  readonly privatePart: PrivatePart | undefined;
  #at = 0;
  #limit: number;
  #isFull = false;

  constructor(bytes: TextBytes, privatePart?: PrivatePart) {
    this.bytes = bytes;
    this.privatePart = privatePart;
    this.#limit = bytes.length;
  }

  /** Where the next byte goes. */
  get at(): number {
    return this.#at;
  }

  /** Whether something found no room since `begin`, here or in the private part. */
  get isFull(): boolean {
    return this.#isFull || this.privatePart?.isFull === true;
  }

  /** What was written since the first byte. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.#at);
  }

  /** The same as a string. */
  writtenText(): string {
    return this.bytes.toString('utf8', 0, this.#at);
  }

  /** Begins a text at `at` that may take the bytes up to `limit`. */
  begin(at: number, limit: number): void {
    this.#at = at;
    this.#limit = limit;
    this.#isFull = false;
    this.privatePart?.begin();
  }

  /** Bytes as they are. */
  append(bytes: Uint8Array): void {
    if (!this.#fits(bytes.length)) return;
    this.bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Text as it stands. */
  fixed(text: FixedText): void {
    if (this.#fits(text.text.length * 3)) this.#copy(text);
  }

  text(name: FixedText, value: string | undefined): void {
    if (value === undefined || !this.#name(name, 2 + value.length * UNIT_BYTES_MAX)) return;
    const end = this.#at + value.length + 1;
    const isPlain = value.length > SHORT_CHARS ? this.#tryLong(value) : this.#tryShort(value);
    if (!isPlain) return this.#utf8(JSON.stringify(value));
    this.bytes[this.#at] = QUOTE;
    this.bytes[end] = QUOTE;
    this.#at = end + 1;
  }

  /** A text that is known to be ASCII without anything to escape, such as hex digits. */
  plain(name: FixedText, value: string | undefined): void {
    if (value === undefined || !this.#name(name, 2 + value.length)) return;
    this.#byte(QUOTE);
    this.#at += this.bytes.write(value, this.#at, value.length, 'latin1');
    this.#byte(QUOTE);
  }

  /** @throws {RangeError} for what is not finite, which JSON has no word for. */
  number(name: FixedText, value: number | undefined): void {
    if (value !== undefined && this.#name(name, NUMBER_BYTES_MAX)) this.#number(value);
  }

  /** A whole number in quotes. */
  quotedNumber(name: FixedText, value: number | undefined): void {
    if (value === undefined || !this.#name(name, NUMBER_BYTES_MAX)) return;
    this.#byte(QUOTE);
    this.#number(value);
    this.#byte(QUOTE);
  }

  /**
   * Milliseconds of three decimals.
   * @throws {RangeError} for what is not finite.
   */
  ms(name: FixedText, value: number | undefined): void {
    if (value === undefined || !this.#name(name, NUMBER_BYTES_MAX)) return;
    const micros = Math.round(value * 1000);
    if (!(micros >= 0 && micros <= INT_MAX)) return this.#number(micros / 1000);
    const whole = Math.trunc(micros / 1000);
    this.#digits(whole);
    const thousandths = micros - whole * 1000;
    if (thousandths > 0) this.#fraction(thousandths);
  }

  /**
   * Wall-clock ms since the epoch, as `isoTimestamp` writes it.
   * @throws {RangeError} for what is not a number.
   */
  timestamp(name: FixedText, epochMs: number | undefined): void {
    if (epochMs === undefined || !this.#name(name, NUMBER_BYTES_MAX)) return;
    const ms = wholeMs(epochMs);
    if (Number.isNaN(ms)) throw notFinite();
    const second = Math.floor(ms / 1000);
    const text = secondBytes(second);
    this.#byte(QUOTE);
    this.bytes.set(text, this.#at);
    this.#at += text.length;
    this.#threeDigits(ms - second * 1000);
    this.#byte(0x5a);
    this.#byte(QUOTE);
  }

  /** A whole value, however it is shaped; it costs what `JSON.stringify` costs. */
  json(name: FixedText, value: object): void {
    const text = JSON.stringify(value);
    if (this.#name(name, text.length * 3)) this.#utf8(text);
  }

  /** JSON text in UTF-8 as it stands. */
  raw(name: FixedText, json: Uint8Array | undefined): void {
    if (json === undefined || !this.#name(name, json.length)) return;
    this.bytes.set(json, this.#at);
    this.#at += json.length;
  }

  /** Ends an object. */
  end(): void {
    if (this.#fits(1)) this.#byte(CLOSING_BRACE);
  }

  /** Ends an object whose members, of which any may be absent, begin at `start` with a comma. */
  endObject(start: number): void {
    if (!this.#fits(2)) return;
    this.bytes[start] = OPENING_BRACE;
    if (this.#at === start) this.#at += 1;
    this.#byte(CLOSING_BRACE);
  }

  /** Ends a list whose items begin at `start`, each with a comma. */
  endList(start: number): void {
    if (!this.#fits(2)) return;
    this.bytes[start] = OPENING_BRACKET;
    if (this.#at === start) this.#at += 1;
    this.#byte(CLOSING_BRACKET);
  }

  #fits(bytes: number): boolean {
    if (this.#at + bytes <= this.#limit) return true;
    this.#isFull = true;
    return false;
  }

  #name(name: FixedText, valueBytes: number): boolean {
    if (!this.#fits(name.text.length * 3 + valueBytes)) return false;
    this.#copy(name);
    return true;
  }

  #copy(text: FixedText): void {
    const { bytes } = this;
    const source = text.bytesBy(bytes, this.#at);
    bytes.set(source, this.#at);
    this.#at += source.length;
  }

  #byte(value: number): void {
    this.bytes[this.#at] = value;
    this.#at += 1;
  }

  #utf8(text: string): void {
    this.#at += this.bytes.write(text, this.#at, text.length * 3, 'utf8');
  }

  /** Writes a text one byte further on; false where it has to be escaped or is not ASCII. */
  #tryShort(value: string): boolean {
    const { bytes } = this;
    const start = this.#at + 1;
    for (let index = 0; index < value.length; index += 1) {
      const unit = value.charCodeAt(index);
      if (unit < 0x20 || unit > 0x7e || unit === QUOTE || unit === BACKSLASH) return false;
      bytes[start + index] = unit;
    }
    return true;
  }

  #tryLong(value: string): boolean {
    const { bytes } = this;
    const start = this.#at + 1;
    const end = start + bytes.write(value, start, value.length * 3, 'utf8');
    if (end - start !== value.length) return false;
    for (let at = start; at < end; at += 1) {
      const unit = bytes[at] ?? 0;
      if (unit < 0x20 || unit === QUOTE || unit === BACKSLASH) return false;
    }
    return true;
  }

  #number(value: number): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.trunc(value) === value) {
      return value <= INT_MAX ? this.#digits(value) : this.#manyDigits(value);
    }
    if (!Number.isFinite(value)) throw notFinite();
    this.#utf8(String(value));
  }

  /** Bits a second and bytes of long connections come to more than an int holds. */
  #manyDigits(value: number): void {
    const billions = Math.floor(value / BILLION);
    this.#digits(billions);
    const end = this.#at + BILLION_DIGITS;
    let rest = value - billions * BILLION;
    for (let at = end - 1; at >= this.#at; at -= 1) {
      const tenth = (rest / 10) | 0;
      this.bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#at = end;
  }

  #digits(value: number): void {
    let rest = value | 0;
    let length = 1;
    for (let bound = 10; rest >= bound && length < 10; bound *= 10) length += 1;
    const { bytes } = this;
    const start = this.#at;
    for (let at = start + length - 1; at >= start; at -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[at] = ZERO + rest - tenth * 10;
      rest = tenth;
    }
    this.#at = start + length;
  }

  #fraction(thousandths: number): void {
    this.#byte(POINT);
    this.#threeDigits(thousandths);
    while (this.bytes[this.#at - 1] === ZERO) this.#at -= 1;
  }

  #threeDigits(value: number): void {
    const hundreds = (value / 100) | 0;
    const tens = ((value - hundreds * 100) / 10) | 0;
    this.#byte(ZERO + hundreds);
    this.#byte(ZERO + tens);
    this.#byte(ZERO + value - hundreds * 100 - tens * 10);
  }
}

function notFinite(): RangeError {
  return new RangeError('a number of an event is not finite');
}
