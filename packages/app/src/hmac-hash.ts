import { createHash, createHmac } from 'node:crypto';

import type { Config } from '@netscope/config';
import type { KeyedHash, PartialHash } from '@netscope/domain';

const KEY_ID_DIGITS = 16;

/** What digests keys, targets and bodies; absent where plain SHA-256 does. */
export function keyedHashOf({ audit }: Pick<Config, 'audit'>): KeyedHash | undefined {
  const { key } = audit.hash;
  return key === undefined ? undefined : new HmacHash(key);
}

/** HMAC-SHA-256 (RFC 2104), lower-case hex. */
export class HmacHash implements KeyedHash {
  readonly keyId: string;
  readonly #key: Buffer;

  constructor(key: string) {
    this.#key = Buffer.from(key);
    this.keyId = createHash('sha256')
      .update('netscope audit.hash\n')
      .update(this.#key)
      .digest('hex')
      .slice(0, KEY_ID_DIGITS);
  }

  of(content: Uint8Array | string): string {
    return createHmac('sha256', this.#key).update(content).digest('hex');
  }

  begin(): PartialHash {
    return createHmac('sha256', this.#key);
  }
}
