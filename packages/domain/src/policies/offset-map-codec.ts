import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { type DoneSetForm, readDoneSet, writeDoneSet } from './done-set.ts';
import type { OffsetMap, OffsetMapPlace, TriesOfRecord } from './offset-map.ts';

const VERSION = 1;
const CHECKSUM_BYTES = 4;
const STRIDE_LOG2_MAX = 31;
const FORMS: readonly DoneSetForm[] = ['runs', 'bits'];
/** Any two seeds that differ: together they make the 64 bits of a place. */
const PLACE_SEEDS = [0x811c9dc5, 0x01000193];

/** What is left out where a map is too long. */
export interface MapCut {
  /** A fingerprint is kept of every 2^n-th done record, from the first on. */
  readonly strideLog2: number;
  /** Tries are kept of so many records, from the lowest offset on. */
  readonly triesMax: number;
  /** So many done records are named, from the lowest offset on. */
  readonly doneMax: number;
}

/** Nothing is left out. */
export const WHOLE_MAP: MapCut = { strideLog2: 0, triesMax: Infinity, doneMax: Infinity };

export type DecodedMap =
  | { readonly kind: 'map'; readonly map: OffsetMap }
  /** Not one, not of this place, damaged, or of a version to come; `reason` says which. */
  | { readonly kind: 'ignored'; readonly reason: string };

/**
 * The bytes of a map, version 1, numbers little-endian, `n` seven bits a byte:
 * version (1) · form | strideLog2 << 1 (1) · hash of the place (8) · base (n) · length of the set (n)
 * · the set · number of fingerprints (n) · fingerprints (2 each) · number of tries (n) · each of them:
 * offset from the base (n), fingerprint (2), tries (n), first try (n, ms), last after first (n, ms),
 * status or 0, doubled, and 1 where bytes had left (n) · FNV-1a of all before (4).
 */
export function encodeOffsetMap(map: OffsetMap, place: OffsetMapPlace, cut: MapCut): Uint8Array {
  const { base } = map;
  const offsets = map.offsets.slice(0, cut.doneMax);
  const { form, bytes: set } = writeDoneSet(base, offsets);
  const writer = new ByteWriter();
  writer.byte(VERSION);
  writer.byte(FORMS.indexOf(form) | (cut.strideLog2 << 1));
  for (const seed of PLACE_SEEDS) writer.uint32(hashOfPlace(place, seed));
  writer.number(base);
  writer.number(set.length);
  writer.append(set);
  const stride = 2 ** cut.strideLog2;
  writer.number(Math.ceil(offsets.length / stride));
  for (let index = 0; index < offsets.length; index += stride) {
    writer.uint16(map.fingerprints[index] ?? 0);
  }
  writeTries(writer, base, map.tries.slice(0, cut.triesMax));
  writer.uint32(checksum(writer.bytes));
  return writer.bytes;
}

/** Reads any bytes; it never throws. */
export function decodeOffsetMap(bytes: Uint8Array, place: OffsetMapPlace): DecodedMap {
  if (bytes[0] !== VERSION) return ignored('it is of a version that is not known here');
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const sum = bytes.subarray(body.length);
  if (sum.length < CHECKSUM_BYTES || new ByteReader(sum).uint32() !== checksum(body)) {
    return ignored('it is damaged');
  }
  try {
    return decodeBody(new ByteReader(body), place);
  } catch (error) {
    if (error instanceof RangeError) return ignored(`it is damaged: ${error.message}`);
    throw error;
  }
}

function decodeBody(reader: ByteReader, place: OffsetMapPlace): DecodedMap {
  reader.byte();
  const shape = reader.byte();
  const form = FORMS[shape & 1] ?? 'runs';
  const strideLog2 = shape >>> 1;
  if (strideLog2 > STRIDE_LOG2_MAX) throw new RangeError('its stride is too large');
  if (PLACE_SEEDS.some((seed) => reader.uint32() !== hashOfPlace(place, seed))) {
    return ignored('it is of another cluster, group, topic or partition');
  }
  const base = reader.number();
  const offsets = readDoneSet(base, { form, bytes: reader.take(reader.number()) });
  const fingerprints = readFingerprints(reader, offsets.length, 2 ** strideLog2);
  return { kind: 'map', map: { base, offsets, fingerprints, tries: readTries(reader, base) } };
}

function readFingerprints(reader: ByteReader, records: number, stride: number): number[] {
  const kept = reader.number();
  if (kept !== Math.ceil(records / stride)) throw new RangeError('fingerprints are missing');
  return Array.from({ length: records }, (_, index) =>
    index % stride === 0 ? reader.uint16() : 0,
  );
}

function writeTries(writer: ByteWriter, base: number, tries: readonly TriesOfRecord[]): void {
  writer.number(tries.length);
  for (const one of tries) {
    writer.number(one.offset - base);
    writer.uint16(one.fingerprint);
    writer.number(one.tries);
    const firstMs = Math.max(0, Math.floor(one.firstTryAtMs));
    writer.number(firstMs);
    writer.number(Math.max(0, Math.floor(one.lastTryAtMs) - firstMs));
    writer.number((one.status ?? 0) * 2 + (one.bytesLeft ? 1 : 0));
  }
}

function readTries(reader: ByteReader, base: number): TriesOfRecord[] {
  const count = reader.number();
  if (count > reader.left) throw new RangeError('it ends too early');
  return Array.from({ length: count }, () => {
    const offset = base + reader.number();
    const fingerprint = reader.uint16();
    const tries = reader.number();
    const firstTryAtMs = reader.number();
    const lastTryAtMs = firstTryAtMs + reader.number();
    const last = reader.number();
    const status = Math.floor(last / 2);
    return {
      offset,
      fingerprint,
      tries,
      firstTryAtMs,
      lastTryAtMs,
      status: status === 0 ? undefined : status,
      bytesLeft: last % 2 === 1,
    };
  });
}

function ignored(reason: string): DecodedMap {
  return { kind: 'ignored', reason };
}

function hashOfPlace({ cluster, group, topic, partition }: OffsetMapPlace, seed: number): number {
  const text = `${cluster}\n${group}\n${topic}\n${partition}`;
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}

function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
