import { array, assert, asyncProperty, constantFrom, uint8Array } from 'fast-check';
import { compress } from 'snappy';
import { describe, expect, it } from 'vitest';

import { type Codec, lz4Codec, snappyCodec, zstdCodec } from '../src/codecs.ts';

const CODECS: readonly (readonly [string, Codec])[] = [
  ['snappy', snappyCodec],
  ['lz4', lz4Codec],
  ['zstd', zstdCodec],
];

describe('codecs', () => {
  it.each(CODECS)('%s gives back what was compressed', async (_name, codec) => {
    const holds = asyncProperty(
      array(constantFrom('a', 'bb', 'record ')),
      uint8Array({ minLength: 1 }),
      async (words, noise) => {
        const buffer = Buffer.concat([Buffer.from(words.join('').repeat(50)), noise]);
        const back = await codec.decompress(await codec.compress({ buffer }));
        expect(back.equals(buffer)).toBe(true);
      },
    );
    await expect(assert(holds)).resolves.toBeUndefined();
  });

  it('snappy reads several framed blocks, and a bare one', async () => {
    const blocks = await Promise.all(['one ', 'two'].map(async (text) => compress(text)));
    const framed = await snappyCodec.compress({ buffer: Buffer.from('zero ') });
    const lengths = blocks.map(({ length }) => {
      const bytes = Buffer.alloc(4);
      bytes.writeInt32BE(length);
      return bytes;
    });
    const parts = blocks.flatMap((block, index) => [lengths[index] ?? Buffer.alloc(0), block]);
    expect(String(await snappyCodec.decompress(Buffer.concat([framed, ...parts])))).toBe(
      'zero one two',
    );
    expect(String(await snappyCodec.decompress(blocks[1] ?? Buffer.alloc(0)))).toBe('two');
  });
});
