import { randomFillSync } from 'node:crypto';

const UUIDS = 256;
const UUID_BYTES = 16;
const UUID_CHARS = 36;
const VERSION_BYTE = 6;
const VARIANT_BYTE = 8;
/** A hyphen goes before these bytes (RFC 9562, 4). */
const GROUPS_AT = new Set([4, VERSION_BYTE, VARIANT_BYTE, 10]);
const HYPHEN = 0x2d;
const DIGITS = Buffer.from('0123456789abcdef', 'latin1');

/**
 * Version 4 UUIDs, written out many at once: `randomUUID` joins each from a dozen pieces, half a
 * kilobyte of garbage.
 */
export class UuidPool {
  readonly #bytes = Buffer.alloc(UUIDS * UUID_BYTES);
  readonly #text = Buffer.alloc(UUIDS * UUID_CHARS);
  #next = UUIDS;

  take(): string {
    if (this.#next === UUIDS) this.#refill();
    const start = this.#next * UUID_CHARS;
    this.#next += 1;
    return this.#text.toString('latin1', start, start + UUID_CHARS);
  }

  #refill(): void {
    randomFillSync(this.#bytes);
    let at = 0;
    for (let index = 0; index < this.#bytes.length; index += 1) {
      const place = index % UUID_BYTES;
      if (GROUPS_AT.has(place)) at = this.#write(at, HYPHEN);
      const byte = stamped(this.#bytes[index] ?? 0, place);
      at = this.#write(at, DIGITS[byte >> 4] ?? 0);
      at = this.#write(at, DIGITS[byte & 15] ?? 0);
    }
    this.#next = 0;
  }

  #write(at: number, char: number): number {
    this.#text[at] = char;
    return at + 1;
  }
}

/** Version and variant are in the high bits of two bytes (RFC 9562, 5.4). */
function stamped(byte: number, place: number): number {
  if (place === VERSION_BYTE) return (byte & 0x0f) | 0x40;
  return place === VARIANT_BYTE ? (byte & 0x3f) | 0x80 : byte;
}
