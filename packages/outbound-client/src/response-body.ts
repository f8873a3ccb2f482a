import type { BodyDigest, PartialHash } from '@netscope/domain';

import type { BodyDigests } from './body-digests.ts';

const NOTHING = new Uint8Array();

/**
 * Digests a body up to a bound and counts all of it; nothing past the bound is kept, and no more
 * than one chunk ever is.
 */
export class ResponseBody {
  readonly #bytesMax: number;
  readonly #digests: BodyDigests;
  #first: Uint8Array | undefined;
  #hash: PartialHash | undefined;
  #keptBytes = 0;
  #bytesRead = 0;

  constructor(bytesMax: number, digests: BodyDigests) {
    this.#bytesMax = bytesMax;
    this.#digests = digests;
  }

  /** All bytes that were read. */
  get bytesRead(): number {
    return this.#bytesRead;
  }

  get isTruncated(): boolean {
    return this.#bytesRead > this.#keptBytes;
  }

  add(chunk: Uint8Array): void {
    this.#bytesRead += chunk.length;
    const room = this.#bytesMax - this.#keptBytes;
    if (room <= 0) return;
    const kept = chunk.length <= room ? chunk : chunk.subarray(0, room);
    this.#keptBytes += kept.length;
    if (this.#first === undefined) this.#first = kept;
    else this.#more(this.#first).update(kept);
  }

  /** Of the bytes kept. */
  digest(): BodyDigest {
    if (this.#hash === undefined) return this.#digests.of(this.#first ?? NOTHING);
    return { sha256: this.#hash.digest('hex'), bytes: this.#keptBytes };
  }

  /** Most bodies are one chunk, which one shot hashes at half the cost. */
  #more(first: Uint8Array): PartialHash {
    if (this.#hash !== undefined) return this.#hash;
    this.#hash = this.#digests.begin();
    this.#hash.update(first);
    return this.#hash;
  }
}
