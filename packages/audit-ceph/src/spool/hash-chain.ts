import { hash } from 'node:crypto';

/**
 * The integrity field of lines. `prev` is the lower-case hex SHA-256 of the bytes of the line
 * before, its closing brace included and its newline not. The first line of an epoch carries the
 * hash of the last line that the node kept of the epoch before; the first line ever, 64 zeros.
 */
export class HashChain {
  readonly #opening: Buffer;
  #seq: number;
  #prev: string;

  constructor(start: {
    readonly node: string;
    readonly epoch: string;
    /** Of the last line written; 0 at the start of an epoch. */
    readonly seq: number;
    readonly prev: string;
  }) {
    this.#opening = Buffer.from(
      `,"integrity":{"node":${JSON.stringify(start.node)},"epoch":"${start.epoch}","seq":`,
    );
    this.#seq = start.seq;
    this.#prev = start.prev;
  }

  /** Of the last line. */
  get seq(): number {
    return this.#seq;
  }

  /** SHA-256 of the last line. */
  get head(): string {
    return this.#prev;
  }

  /** Bytes that `close` adds at most. */
  get suffixBytesMax(): number {
    return this.#opening.length + 128;
  }

  /** Numbers and closes the line that begins at `start` and is open at `end`; its end, newline in. */
  close(lines: Buffer, start: number, end: number): number {
    const seq = this.#seq + 1;
    lines.set(this.#opening, end);
    const at = end + this.#opening.length;
    const next = at + lines.write(`${seq},"prev":"${this.#prev}"}}\n`, at, 'latin1');
    this.#prev = lineHash(lines.subarray(start, next - 1));
    this.#seq = seq;
    return next;
  }
}

/** SHA-256 of one line without its newline, lower-case hex. */
export function lineHash(line: Uint8Array): string {
  return hash('sha256', line, 'hex');
}
