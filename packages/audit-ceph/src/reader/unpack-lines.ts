import { promisify } from 'node:util';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';

const decompress = promisify(zstdDecompress);

/**
 * An object, and the lines in it, take no more than this: 256 MiB, 32 times a segment as it is
 * configured by default. A bomb is not unpacked past it, and what is larger is not fetched.
 */
export const LINES_BYTES_MAX = 256 * 1024 * 1024;

/** Room taken at a time where the size is not known. */
const CHUNK_BYTES = 1024 * 1024;
/** Less is refused by the library. */
const CHUNK_BYTES_MIN = 64;

/** An object's lines, or why it has none. */
export type Lines = { readonly lines: Buffer } | { readonly flaw: string };

interface Bounds {
  /** Longer lines are a flaw. */
  readonly bytesMax: number;
  /** Their length where it is known. */
  readonly bytes?: number;
}

/** The lines of an object's one zstd frame, unpacked beside the calling thread. */
export async function unpackLines(body: Uint8Array, bounds: Bounds): Promise<Lines> {
  try {
    return { lines: await decompress(body, zlibOptions(bounds)) };
  } catch (error) {
    return { flaw: frameFlaw(error, bounds) };
  }
}

/** The same on the calling thread, which waits. */
export function unpackLinesNow(body: Uint8Array, bounds: Bounds): Lines {
  try {
    return { lines: zstdDecompressSync(body, zlibOptions(bounds)) };
  } catch (error) {
    return { flaw: frameFlaw(error, bounds) };
  }
}

function zlibOptions({ bytesMax, bytes = CHUNK_BYTES }: Bounds) {
  // One piece: to put many together costs three times the unpacking. A byte more shows the end.
  return { maxOutputLength: bytesMax, chunkSize: Math.max(CHUNK_BYTES_MIN, bytes + 1) };
}

function frameFlaw(error: unknown, { bytesMax }: Bounds): string {
  if (error instanceof RangeError) return `it unpacks to more than ${bytesMax} bytes`;
  const reason = error instanceof Error ? error.message : String(error);
  return `it is not one zstd frame of at most ${bytesMax} bytes: ${reason}`;
}
