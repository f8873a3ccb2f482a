import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import {
  type DecodedMap,
  decodeOffsetMap,
  encodeOffsetMap,
  type MapCut,
  type OffsetMap,
  type OffsetMapPlace,
  WHOLE_MAP,
} from '@netscope/domain';

/** A broker's default `offset.metadata.max.bytes`; the text is ASCII, a byte a character. */
export const METADATA_CHARS_MAX = 4096;

const PLAIN = 'ns1:';
const ZSTD = 'ns1z:';
/** Below so many bytes zstd gains nothing worth its time. */
const COMPRESS_FROM_BYTES = 200;
/** What any map of ours can come to; a damaged text must not fill memory. */
const BYTES_MAX = 4 * 1024 * 1024;
const ZSTD_OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

/**
 * What is left out, in this order, until the text fits: fingerprints first, of which the rest still
 * guard the set; then tries, the lowest offsets' last; then done offsets, the lowest last too.
 */
const CUTS: readonly MapCut[] = [
  WHOLE_MAP,
  { ...WHOLE_MAP, strideLog2: 2 },
  { ...WHOLE_MAP, strideLog2: 4 },
  { ...WHOLE_MAP, strideLog2: 6 },
  { ...WHOLE_MAP, strideLog2: 6, triesMax: 64 },
  { ...WHOLE_MAP, strideLog2: 6, triesMax: 0 },
];
/** The last of `CUTS` that leaves out nothing but fingerprints. */
const LEVEL_FULL = 3;
/** Past this share of its room a map at `LEVEL_FULL` is full. */
const FULL_SHARE = 0.75;

export interface PackedMap {
  /** Empty for a map that says nothing. */
  readonly text: string;
  /** How far it had to be cut; to be given with the next one. */
  readonly level: number;
  /** There is no more room: the partition must pause before something is left out that counts. */
  readonly isFull: boolean;
}

/** A map as a commit's metadata, of `charsMax` characters at most. */
export function packMap(
  map: OffsetMap,
  place: OffsetMapPlace,
  bounds: { readonly charsMax: number; readonly level: number },
): PackedMap {
  if (map.offsets.length === 0 && map.tries.length === 0) return NOTHING;
  const { charsMax } = bounds;
  for (let level = Math.max(0, bounds.level - 1); level < CUTS.length; level += 1) {
    const text = textOf(encodeOffsetMap(map, place, CUTS[level] ?? WHOLE_MAP));
    if (text.length > charsMax) continue;
    const isTight = level === LEVEL_FULL && text.length > charsMax * FULL_SHARE;
    return { text, level, isFull: isTight || level > LEVEL_FULL };
  }
  return { text: packFewer(map, place, charsMax), level: CUTS.length - 1, isFull: true };
}

/** Reads a commit's metadata; `undefined` for an empty one. Never throws. */
export function unpackMap(text: string, place: OffsetMapPlace): DecodedMap | undefined {
  if (text === '') return undefined;
  const isZstd = text.startsWith(ZSTD);
  if (!isZstd && !text.startsWith(PLAIN)) return { kind: 'ignored', reason: 'it is not ours' };
  const bytes = Buffer.from(text.slice(isZstd ? ZSTD.length : PLAIN.length), 'base64');
  if (!isZstd) return decodeOffsetMap(bytes, place);
  try {
    return decodeOffsetMap(zstdDecompressSync(bytes, { maxOutputLength: BYTES_MAX }), place);
  } catch {
    return { kind: 'ignored', reason: 'it is damaged' };
  }
}

const NOTHING: PackedMap = { text: '', level: 0, isFull: false };

/** As many done offsets as fit, by halving. */
function packFewer(map: OffsetMap, place: OffsetMapPlace, charsMax: number): string {
  let text = '';
  let fits = 0;
  let tooMany = map.offsets.length;
  while (tooMany - fits > 1) {
    const doneMax = Math.floor((fits + tooMany) / 2);
    const tried = textOf(encodeOffsetMap(map, place, { strideLog2: 6, triesMax: 0, doneMax }));
    if (tried.length > charsMax) {
      tooMany = doneMax;
    } else {
      fits = doneMax;
      text = tried;
    }
  }
  return text;
}

function textOf(bytes: Uint8Array): string {
  const compressed =
    bytes.length < COMPRESS_FROM_BYTES ? undefined : zstdCompressSync(bytes, ZSTD_OPTIONS);
  if (compressed === undefined || compressed.length >= bytes.length) {
    return PLAIN + Buffer.from(bytes).toString('base64');
  }
  return ZSTD + compressed.toString('base64');
}
