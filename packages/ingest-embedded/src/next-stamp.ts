import type { PartitionLog } from './partition-log.ts';

/**
 * When the next record was stamped of a log from which nothing is taken. It is read in the
 * background, once for each offset that is asked for; a log that cannot be read leaves it unknown,
 * since whoever reads on tells of that.
 */
export class NextStamp {
  readonly #log: PartitionLog;
  #known: { readonly offset: number; readonly timestampMs: number } | undefined;
  #reading: Promise<void> | undefined;
  #isEnded = false;

  constructor(log: PartitionLog) {
    this.#log = log;
  }

  /** Unix milliseconds; `undefined` until it is known. */
  at(offset: number): number | undefined {
    if (this.#known?.offset === offset) return this.#known.timestampMs;
    if (!this.#isEnded) this.#reading ??= this.#read(offset);
    return undefined;
  }

  /** Reads nothing any more. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#reading;
  }

  async #read(offset: number): Promise<void> {
    const timestampMs = await this.#stampAt(offset).catch(() => undefined);
    this.#known = timestampMs === undefined ? undefined : { offset, timestampMs };
    this.#reading = undefined;
  }

  async #stampAt(offset: number): Promise<number | undefined> {
    const reader = this.#log.readFrom(offset);
    try {
      const [first] = await reader.read();
      return first?.timestampMs;
    } finally {
      await reader.close();
    }
  }
}
