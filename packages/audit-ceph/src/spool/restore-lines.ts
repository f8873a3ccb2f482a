import { zstdDecompressSync } from 'node:zlib';

import type { SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';

/** A segment of lines has a fraction of it; what says more is not ours. */
const LINES_BYTES_MAX = 256 * 1024 * 1024;

/**
 * Turns an object whose manifest is lost back into its file of lines, from which the same object is
 * made again. False where the object was changed: its frame carries a checksum.
 */
export function restoreLines(
  name: string,
  { paths, files }: { readonly paths: SpoolPaths; readonly files: SpoolFiles },
): boolean {
  let lines: Buffer;
  try {
    const object = files.read(paths.object(name));
    lines = zstdDecompressSync(object, { maxOutputLength: LINES_BYTES_MAX });
  } catch {
    return false;
  }
  files.replace(paths.lines(name), lines);
  files.remove(paths.object(name));
  files.remove(paths.manifest(name));
  return true;
}
