/** Reads what `ByteWriter` wrote. Past the end, or past 2^53, it throws `RangeError`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('it ends too early');
    this.#at += 1;
    return value;
  }

  number(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (!Number.isSafeInteger(value)) throw new RangeError('a number in it is too large');
      if (byte < 128) return value;
      unit *= 128;
    }
  }

  uint16(): number {
    const low = this.byte();
    return low | (this.byte() << 8);
  }

  uint32(): number {
    const low = this.uint16();
    return low + this.uint16() * 2 ** 16;
  }

  take(length: number): Uint8Array {
    if (length > this.left) throw new RangeError('it ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
