import { type FileHandle, open, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { decodeFrame } from './record-frame.ts';

const SUFFIX = '.log';
const NAME_DIGITS = 16;

/** One file of a partition's log: the records from its first offset up to the next file's. */
export interface Segment {
  readonly file: string;
  readonly baseOffset: number;
  bytes: number;
}

/** The segments of a folder in the order of their offsets. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      await using handle = await open(file, 'r');
      const { size } = await handle.stat();
      return { file, baseOffset: Number(name.slice(0, -SUFFIX.length)), bytes: size };
    }),
  );
}

export function segmentFile(folder: string, baseOffset: number): string {
  return path.join(folder, `${String(baseOffset).padStart(NAME_DIGITS, '0')}${SUFFIX}`);
}

/** What a segment held when it was looked through. */
export interface SegmentScan {
  readonly nextOffset: number;
  /** Bytes of whole records. */
  readonly bytes: number;
  /** Bytes after them that were cut off; 0 for a sound segment. */
  readonly tornBytes: number;
}

/**
 * Looks through the last segment and cuts off what a crash left behind its last whole record. What
 * was cut stays beside it in a `.torn` file, for whoever wants to know.
 */
export async function recoverSegment(segment: Segment): Promise<SegmentScan> {
  await using handle = await open(segment.file, 'r+');
  const bytes = await handle.readFile();
  let at = 0;
  let nextOffset = segment.baseOffset;
  while (at < bytes.length) {
    const frame = decodeFrame(bytes, at);
    if ('problem' in frame || frame.record.offset !== nextOffset) break;
    at = frame.end;
    nextOffset += 1;
  }
  const tornBytes = bytes.length - at;
  if (tornBytes > 0) await cutOff(handle, { file: segment.file, at, torn: bytes.subarray(at) });
  return { nextOffset, bytes: at, tornBytes };
}

async function cutOff(
  handle: FileHandle,
  cut: { readonly file: string; readonly at: number; readonly torn: Buffer },
): Promise<void> {
  await writeFile(`${cut.file}.torn`, cut.torn);
  await handle.truncate(cut.at);
  await handle.sync();
}
