import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { MAP_RECORDS_MAX } from './offset-map.ts';

/** How a set of offsets is written: lengths of runs in turn missing and there, or one bit each. */
export type DoneSetForm = 'runs' | 'bits';

export interface WrittenSet {
  readonly form: DoneSetForm;
  readonly bytes: Uint8Array;
}

/**
 * Writes ascending offsets, none below `base`, in the form that is shorter; bits only as far as they
 * are read, which a log with gaps may pass with few records.
 */
export function writeDoneSet(base: number, offsets: readonly number[]): WrittenSet {
  const runs = writeRuns(base, offsets);
  const last = offsets.at(-1) ?? base - 1;
  const bitBytes = Math.ceil((last - base + 1) / 8);
  const isReadable = bitBytes * 8 <= MAP_RECORDS_MAX;
  if (!isReadable || bitBytes >= runs.length) return { form: 'runs', bytes: runs };
  const bits = new Uint8Array(bitBytes);
  for (const offset of offsets) {
    const bit = offset - base;
    bits[bit >>> 3] = (bits[bit >>> 3] ?? 0) | (1 << (bit & 7));
  }
  return { form: 'bits', bytes: bits };
}

/** @throws {RangeError} for what is damaged, or names too many. */
export function readDoneSet(base: number, { form, bytes }: WrittenSet): number[] {
  return form === 'runs' ? readRuns(base, bytes) : readBits(base, bytes);
}

function writeRuns(base: number, offsets: readonly number[]): Uint8Array {
  const runs = new ByteWriter();
  let next = base;
  for (let index = 0; index < offsets.length;) {
    const from = offsets[index] ?? next;
    let length = 1;
    while (offsets[index + length] === from + length) length += 1;
    runs.number(from - next);
    runs.number(length);
    next = from + length;
    index += length;
  }
  return runs.bytes;
}

function readRuns(base: number, bytes: Uint8Array): number[] {
  const reader = new ByteReader(bytes);
  const offsets: number[] = [];
  let next = base;
  while (reader.left > 0) {
    next += reader.number();
    const length = reader.number();
    if (offsets.length + length > MAP_RECORDS_MAX)
      throw new RangeError('it names too many records');
    for (let index = 0; index < length; index += 1) offsets.push(next + index);
    next += length;
    if (!Number.isSafeInteger(next)) throw new RangeError('a number in it is too large');
  }
  return offsets;
}

function readBits(base: number, bytes: Uint8Array): number[] {
  const offsets: number[] = [];
  if (bytes.length * 8 > MAP_RECORDS_MAX) throw new RangeError('it names too many records');
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      if ((byte & (1 << bit)) !== 0) offsets.push(base + index * 8 + bit);
    }
  }
  return offsets;
}
