import type { Random } from '@netscope/domain';

/** Chance that repeats: the same seed draws the same numbers (mulberry32). */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed = 1) {
    this.#state = seed >>> 0;
  }

  float(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  hex(bytes: number): string {
    let text = '';
    for (let index = 0; index < bytes; index += 1) {
      text += Math.floor(1 + this.float() * 255)
        .toString(16)
        .padStart(2, '0');
    }
    return text;
  }

  uuid(): string {
    const hex = this.hex(16);
    const variant = 'a';
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
