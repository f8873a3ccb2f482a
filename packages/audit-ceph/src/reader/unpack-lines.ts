import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';

const decompress = promisify(zstdDecompress);

/**
 * An object, and the lines in it, take no more than this: 256 MiB, 32 times a segment as it is
 * configured by default. A bomb is not unpacked past it, and what is larger is not fetched.
 */
export const LINES_BYTES_MAX = 256 * 1024 * 1024;

/** Room taken at a time where the size is not known. */
const CHUNK_BYTES = 1024 * 1024;

/** An object's lines, or why it has none. */
export type Lines = { readonly lines: Buffer } | { readonly flaw: string };

/** The lines of an object's one zstd frame, at most `bytesMax` of them, in all `bytes` where known. */
export async function unpackLines(
  body: Uint8Array,
  { bytesMax, bytes = CHUNK_BYTES }: { readonly bytesMax: number; readonly bytes?: number },
): Promise<Lines> {
  // One piece: to put many together costs three times the unpacking. A byte more shows the end.
  const chunkSize = Math.max(CHUNK_BYTES, bytes + 1);
  try {
    return { lines: await decompress(body, { maxOutputLength: bytesMax, chunkSize }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { flaw: `it is not one zstd frame of at most ${bytesMax} bytes: ${reason}` };
  }
}
