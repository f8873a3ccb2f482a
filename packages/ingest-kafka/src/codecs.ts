import { promisify } from 'node:util';
import { zstdCompress, zstdDecompress } from 'node:zlib';

import { compressFrame, decompressFrame } from 'lz4-napi';
import { compress, uncompress } from 'snappy';

/** As kafkajs wants one: the encoder has the bytes as `buffer`. */
export interface Codec {
  compress(encoder: { readonly buffer: Buffer }): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}

const XERIAL_MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER_BYTES = 16;
const XERIAL_VERSION = 1;
const LENGTH_BYTES = 4;

/**
 * Snappy as Kafka's Java client frames it (xerial's `SnappyOutputStream`): a header of 16 bytes,
 * then blocks, each behind its length. Bare blocks, which librdkafka once wrote, are read as well.
 */
export const snappyCodec: Codec = {
  compress: async ({ buffer }) => {
    const block = await compress(buffer);
    const header = Buffer.alloc(XERIAL_HEADER_BYTES + LENGTH_BYTES);
    XERIAL_MAGIC.copy(header);
    header.writeInt32BE(XERIAL_VERSION, XERIAL_MAGIC.length);
    header.writeInt32BE(XERIAL_VERSION, XERIAL_MAGIC.length + LENGTH_BYTES);
    header.writeInt32BE(block.length, XERIAL_HEADER_BYTES);
    return Buffer.concat([header, block]);
  },
  decompress: async (bytes) => {
    if (!bytes.subarray(0, XERIAL_MAGIC.length).equals(XERIAL_MAGIC)) return unsnap(bytes);
    return Buffer.concat(await Promise.all(xerialBlocks(bytes).map(unsnap)));
  },
};

/** LZ4 in its frame format, as every client since message format 2 writes it. */
export const lz4Codec: Codec = {
  compress: async ({ buffer }) => compressFrame(buffer),
  decompress: async (bytes) => decompressFrame(bytes),
};

const zstdCompressed = promisify(zstdCompress);
const zstdDecompressed = promisify(zstdDecompress);

/** Zstandard, from the platform's own zlib. */
export const zstdCodec: Codec = {
  compress: async ({ buffer }) => zstdCompressed(buffer),
  decompress: async (bytes) => zstdDecompressed(bytes),
};

async function unsnap(block: Buffer): Promise<Buffer> {
  const bytes = await uncompress(block, { asBuffer: true });
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
}

function xerialBlocks(bytes: Buffer): Buffer[] {
  const blocks: Buffer[] = [];
  let at = XERIAL_HEADER_BYTES;
  while (at < bytes.length) {
    const length = bytes.readInt32BE(at);
    const start = at + LENGTH_BYTES;
    blocks.push(bytes.subarray(start, start + length));
    at = start + length;
  }
  return blocks;
}
