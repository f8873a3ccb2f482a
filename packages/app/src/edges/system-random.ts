import { randomFillSync } from 'node:crypto';

import type { Random } from '@netscope/domain';

import { UuidPool } from './uuid-pool.ts';

/** Refilled whole: one draw of 8 bytes by itself costs twenty times as much. */
const POOL_BYTES = 8192;

class SystemRandom implements Random {
  readonly #bytes = Buffer.alloc(POOL_BYTES);
  /** The pool as hex digits, one byte each: short strings of their own are cut from it. */
  readonly #digits = Buffer.alloc(POOL_BYTES * 2);
  readonly #uuids = new UuidPool();
  #used = POOL_BYTES;

  float(): number {
    return Math.random();
  }

  hex(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) this.#refill();
    const start = this.#used * 2;
    this.#used += bytes;
    const text = this.#digits.toString('latin1', start, start + bytes * 2);
    // All zero is not a trace id (W3C); it comes once in 2^64 draws.
    return isAllZero(text) ? this.hex(bytes) : text;
  }

  uuid(): string {
    return this.#uuids.take();
  }

  #refill(): void {
    randomFillSync(this.#bytes);
    this.#digits.write(this.#bytes.toString('hex'), 'latin1');
    this.#used = 0;
  }
}

function isAllZero(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text[index] !== '0') return false;
  return true;
}

/** The machine's chance; ids come from its strong source. */
export function createSystemRandom(): Random {
  return new SystemRandom();
}
