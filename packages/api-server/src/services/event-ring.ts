/** The last values of a stream, oldest overwritten first; each keeps its number for ever. */
export class EventRing<T> {
  readonly #slots: (T | undefined)[];
  #pushed = 0;
  #evicted: T | undefined;

  constructor(capacity: number) {
    this.#slots = Array.from({ length: capacity }, () => undefined);
  }

  /** Number that the next value will have; the first has 0. */
  get nextNumber(): number {
    return this.#pushed;
  }

  /** Number of the oldest value still held. */
  get firstNumber(): number {
    return Math.max(0, this.#pushed - this.#slots.length);
  }

  /** The newest of those that are held no more. */
  get lastEvicted(): T | undefined {
    return this.#evicted;
  }

  push(value: T): void {
    const slot = this.#pushed % this.#slots.length;
    this.#evicted = this.#slots[slot];
    this.#slots[slot] = value;
    this.#pushed += 1;
  }

  /** Undefined for a number that is not held. */
  at(number: number): T | undefined {
    if (number < this.firstNumber || number >= this.#pushed) return undefined;
    return this.#slots[number % this.#slots.length];
  }

  /** Oldest first. */
  *values(): Generator<T> {
    for (let number = this.firstNumber; number < this.#pushed; number += 1) {
      const value = this.at(number);
      if (value !== undefined) yield value;
    }
  }
}
