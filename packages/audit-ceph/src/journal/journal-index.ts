import {
  decodeOffsetMap,
  encodeOffsetMap,
  type OffsetMap,
  type OffsetMapPlace,
  WHOLE_MAP,
} from '@netscope/domain';

import { readSummed, summedLine } from '../spool/summed-text.ts';

/** What is known above the committed offset of one place. */
export interface IndexedPlace extends OffsetMapPlace {
  readonly map: OffsetMap;
}

export interface JournalIndex {
  /** Wall clock, ms. */
  readonly writtenAtMs: number;
  readonly places: readonly IndexedPlace[];
}

/** The index's file: what sealed segments say of offsets that were not committed when it was written. */
export function writeIndex({ writtenAtMs, places }: JournalIndex): string {
  const rows = places.map(({ cluster, group, topic, partition, map }) => {
    const place = { cluster, group, topic, partition };
    return {
      ...place,
      map: Buffer.from(encodeOffsetMap(map, place, WHOLE_MAP)).toString('base64'),
    };
  });
  return summedLine(JSON.stringify({ version: 1, writtenAtMs, places: rows }));
}

/** Reads the file; `undefined` where it is damaged, or of a version to come. Never throws. */
export function readIndex(text: string): JournalIndex | undefined {
  try {
    const value: unknown = JSON.parse(readSummed(text.trimEnd()) ?? '');
    if (isIndexFile(value)) {
      return { writtenAtMs: value.writtenAtMs, places: value.places.flatMap(readPlace) };
    }
  } catch {
    // As if there were none.
  }
  return undefined;
}

interface IndexFile {
  readonly version: 1;
  readonly writtenAtMs: number;
  readonly places: readonly unknown[];
}

function isIndexFile(value: unknown): value is IndexFile {
  if (typeof value !== 'object' || value === null) return false;
  if (!('version' in value) || !('writtenAtMs' in value) || !('places' in value)) return false;
  const isDated = typeof value.writtenAtMs === 'number';
  return value.version === 1 && isDated && Array.isArray(value.places);
}

function readPlace(row: unknown): IndexedPlace[] {
  if (!isRow(row)) return [];
  const { map: text, ...place } = row;
  const found = decodeOffsetMap(Buffer.from(text, 'base64'), place);
  return found.kind === 'map' ? [{ ...place, map: found.map }] : [];
}

function isRow(row: unknown): row is OffsetMapPlace & { readonly map: string } {
  if (typeof row !== 'object' || row === null) return false;
  const fields = new Map<string, unknown>(Object.entries(row));
  const texts = ['cluster', 'group', 'topic', 'map'];
  return (
    texts.every((name) => typeof fields.get(name) === 'string') &&
    Number.isSafeInteger(fields.get('partition'))
  );
}
