import { createHash, createHmac } from 'node:crypto';

import { describe, expect, test } from 'vitest';

import { BodyDigests } from '../src/body-digests.ts';
import { ResponseBody } from '../src/response-body.ts';

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

describe('the digest of a body', () => {
  test('is its own, whatever the one before was', () => {
    const digests = new BodyDigests();
    const texts = ['', 'ok', 'ok', 'no', 'ok', '', 'x'.repeat(64), 'x'.repeat(65), 'x'.repeat(63)];
    for (const text of texts) {
      const bytes = Buffer.from(text);
      expect(digests.of(bytes)).toEqual({ sha256: sha256(bytes), bytes: bytes.length });
    }
  });

  test('is keyed where there is a key, whole or in pieces', () => {
    const begin = () => createHmac('sha256', 'key');
    const of = (content: Uint8Array | string) => begin().update(content).digest('hex');
    const digests = new BodyDigests({ keyId: 'k', of, begin });
    const body = new ResponseBody(1000, digests);
    for (const piece of ['one', 'two']) body.add(Buffer.from(piece));
    expect(digests.of(Buffer.from('small')).sha256).toBe(of('small'));
    expect(digests.of(Buffer.alloc(0)).sha256).toBe(of(''));
    expect(body.digest()).toEqual({ sha256: of('onetwo'), bytes: 6 });
  });

  test('does not change with the buffer that the one before came in', () => {
    const digests = new BodyDigests();
    const shared = Buffer.from('first');
    digests.of(shared);
    shared.write('other');
    expect(digests.of(shared).sha256).toBe(sha256(Buffer.from('other')));
    expect(digests.of(Buffer.from('first')).sha256).toBe(sha256(Buffer.from('first')));
  });
});
