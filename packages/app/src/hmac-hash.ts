import { createHash, createHmac, hash } from 'node:crypto';

import type { KeyedHash, PartialHash } from '@netscope/domain';

const BLOCK_BYTES = 64;
const HASH_BYTES = 32;
const INNER = 0x36;
const OUTER = 0x5c;
/** Larger content is hashed where it lies. */
const COPIED_BYTES_MAX = 16_384;
const KEY_ID_DIGITS = 16;

/**
 * HMAC-SHA-256 (RFC 2104) as two one-shot hashes over kept buffers: half the cost of an Hmac object
 * for content of up to 16 KiB.
 */
export class HmacHash implements KeyedHash {
  readonly keyId: string;
  readonly #key: Buffer;
  readonly #inner = Buffer.alloc(BLOCK_BYTES + COPIED_BYTES_MAX);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + HASH_BYTES);

  constructor(key: string) {
    this.#key = Buffer.from(key);
    this.keyId = createHash('sha256')
      .update('netscope audit.hash\n')
      .update(this.#key)
      .digest('hex')
      .slice(0, KEY_ID_DIGITS);
    const block = Buffer.alloc(BLOCK_BYTES);
    (this.#key.length > BLOCK_BYTES ? hash('sha256', this.#key, 'buffer') : this.#key).copy(block);
    for (const [at, byte] of block.entries()) {
      this.#inner[at] = byte ^ INNER;
      this.#outer[at] = byte ^ OUTER;
    }
  }

  of(content: Uint8Array | string): string {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    if (bytes.length > COPIED_BYTES_MAX) {
      return createHmac('sha256', this.#key).update(bytes).digest('hex');
    }
    this.#inner.set(bytes, BLOCK_BYTES);
    const inner = hash('sha256', this.#inner.subarray(0, BLOCK_BYTES + bytes.length), 'binary');
    this.#outer.write(inner, BLOCK_BYTES, 'latin1');
    return hash('sha256', this.#outer, 'hex');
  }

  begin(): PartialHash {
    return createHmac('sha256', this.#key);
  }
}
