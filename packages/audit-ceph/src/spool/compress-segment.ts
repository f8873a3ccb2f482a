import { hash } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';

import { rootOfChained } from '../integrity/line-suffix.ts';
import { writeManifest } from './manifest.ts';
import { objectKey } from './object-key.ts';
import type { SealedSegment, SegmentFacts, SpoolIdentity, SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';

/** Node's own; of a whole segment, one chunk of a quarter holds the object. */
const CHUNK_BYTES_MIN = 16 * 1024;

export interface CompressOptions extends SpoolIdentity {
  readonly paths: SpoolPaths;
  readonly zstdLevel: number;
  /** Where lines are read into, if they fit: memory that is used again costs no collection. */
  readonly scratch: Buffer;
}

/**
 * Compresses a sealed segment once: the object's file and then its manifest, both synced, and only
 * then is the file of lines removed. A crash in between leaves the lines, and it is done again.
 * @throws Node's error where the disk fails; nothing is lost then.
 */
export function compressSegment(
  segment: SegmentFacts,
  options: CompressOptions,
  files: SpoolFiles,
): SealedSegment {
  const { paths } = options;
  const lines = files
    .readInto(paths.lines(segment.name), options.scratch)
    .subarray(0, segment.bytes);
  const object = zstdCompressSync(lines, {
    chunkSize: Math.max(CHUNK_BYTES_MIN, lines.length >> 2),
    params: {
      [constants.ZSTD_c_compressionLevel]: options.zstdLevel,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  const sealed = {
    ...segment,
    key: objectKey(segment, options),
    objectBytes: object.length,
    sha256: hash('sha256', object, 'hex'),
    md5: hash('md5', object, 'hex'),
    root: rootOfChained(lines, segment.head),
  };
  files.replace(paths.object(segment.name), object);
  files.replace(paths.manifest(segment.name), writeManifest(sealed));
  files.remove(paths.lines(segment.name));
  return sealed;
}
