import { randomFillSync, randomUUID } from 'node:crypto';

import type { Random } from '@netscope/domain';

/** Refilled whole: one draw of 8 bytes by itself costs twenty times as much. */
const POOL_BYTES = 8192;

class SystemRandom implements Random {
  readonly #pool = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  float(): number {
    return Math.random();
  }

  hex(bytes: number): string {
    if (this.#used + bytes > POOL_BYTES) this.#refill();
    const start = this.#used;
    this.#used += bytes;
    const text = this.#pool.toString('hex', start, this.#used);
    // All zero is not a trace id (W3C); it comes once in 2^64 draws.
    return /[1-9a-f]/u.test(text) ? text : this.hex(bytes);
  }

  uuid(): string {
    return randomUUID();
  }

  #refill(): void {
    randomFillSync(this.#pool);
    this.#used = 0;
  }
}

/** The machine's chance; ids come from its strong source. */
export function createSystemRandom(): Random {
  return new SystemRandom();
}
