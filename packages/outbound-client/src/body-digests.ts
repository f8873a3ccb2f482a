import { createHash, hash } from 'node:crypto';

import type { BodyDigest, KeyedHash, PartialHash } from '@netscope/domain';

/** Bodies up to this are compared with the one before: upstreams mostly answer in the same few words. */
const ALIKE_BYTES_MAX = 64;

/** Digests whole bodies of one upstream, and remembers the last small one. */
export class BodyDigests {
  readonly #keyed: KeyedHash | undefined;
  #lastBytes = new Uint8Array();
  #last: BodyDigest;

  /** `keyed` digests them where there is one, else SHA-256 does. */
  constructor(keyed?: KeyedHash) {
    this.#keyed = keyed;
    this.#last = this.#digestOf(this.#lastBytes);
  }

  /** For a body that comes in pieces. */
  begin(): PartialHash {
    return this.#keyed?.begin() ?? createHash('sha256');
  }

  of(bytes: Uint8Array): BodyDigest {
    if (bytes.length > ALIKE_BYTES_MAX) return this.#digestOf(bytes);
    if (isSame(bytes, this.#lastBytes)) return this.#last;
    // A copy: what came from the socket is part of a buffer much larger.
    this.#lastBytes = Uint8Array.from(bytes);
    this.#last = this.#digestOf(bytes);
    return this.#last;
  }

  #digestOf(bytes: Uint8Array): BodyDigest {
    const sha256 = this.#keyed?.of(bytes) ?? hash('sha256', bytes, 'hex');
    return { sha256, bytes: bytes.length };
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
