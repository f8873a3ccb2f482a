import type { SealedSegment } from './segment.ts';
import { readSummed, summedLine } from './summed-text.ts';

const NUMBERS = ['firstSeq', 'lastSeq', 'events', 'bytes', 'firstTimeMs', 'lastTimeMs'] as const;
const TEXTS = ['name', 'epoch', 'head', 'key', 'sha256', 'md5', 'root'] as const;

/** The file that stands beside an object. */
export function writeManifest(segment: SealedSegment): Buffer {
  return Buffer.from(summedLine(JSON.stringify(segment)));
}

/** Reads a manifest; `undefined` where it is not one, or was changed. */
export function parseManifest(text: string): SealedSegment | undefined {
  try {
    const value: unknown = JSON.parse(readSummed(text.trimEnd()) ?? '');
    return isManifest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is SealedSegment {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    TEXTS.every((name) => typeof fields.get(name) === 'string') &&
    [...NUMBERS, 'objectBytes'].every((name) => Number.isFinite(fields.get(name))) &&
    Array.isArray(fields.get('routeGroups'))
  );
}
