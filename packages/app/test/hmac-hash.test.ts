import { createHash, randomBytes } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { HmacHash } from '../src/hmac-hash.ts';

const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const whole = createHash('sha256');
  for (const part of parts) whole.update(part);
  return whole.digest();
};

/** As RFC 2104 defines it. */
function rfc(key: string, content: Uint8Array | string): string {
  const block = Buffer.alloc(64);
  (Buffer.byteLength(key) > block.length ? sha256(Buffer.from(key)) : Buffer.from(key)).copy(block);
  const padded = (pad: number): Buffer => Buffer.from(block.map((byte) => byte ^ pad));
  return sha256(padded(0x5c), sha256(padded(0x36), Buffer.from(content))).toString('hex');
}

describe('a keyed hash', () => {
  test('is HMAC-SHA-256 of content of every length, whatever came before', () => {
    for (const key of ['k', 'x'.repeat(64), 'long key '.repeat(20)]) {
      const keyed = new HmacHash(key);
      for (const length of [0, 1, 16_384, 500, 55, 64, 65, 16_385, 100_000, 3]) {
        const content = randomBytes(length);
        expect(keyed.of(content)).toBe(rfc(key, content));
      }
    }
  });

  test('takes text as UTF-8, and pieces in their order', () => {
    const keyed = new HmacHash('key');
    const pieces = keyed.begin();
    pieces.update(Buffer.from('gr'));
    pieces.update(Buffer.from('üß'));
    expect(keyed.of('grüß')).toBe(rfc('key', 'grüß'));
    expect(pieces.digest('hex')).toBe(rfc('key', 'grüß'));
  });

  test('names its key by an id that is the same for the same key alone', () => {
    expect(new HmacHash('one').keyId).toMatch(/^[0-9a-f]{16}$/);
    expect(new HmacHash('one').keyId).toBe(new HmacHash('one').keyId);
    expect(new HmacHash('two').keyId).not.toBe(new HmacHash('one').keyId);
  });
});
