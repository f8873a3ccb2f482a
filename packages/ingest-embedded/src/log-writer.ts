import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

import { SourceError } from '@netscope/domain';

import { encodeFrame, type RecordToAppend } from './record-frame.ts';
import { type Segment, segmentFile } from './segment.ts';

/** Records of one sync; more wait for the next. */
const GROUP_MAX = 1000;

export interface LogWriterOptions {
  readonly folder: string;
  readonly segmentBytesMax: number;
  readonly nowMs: () => number;
  /** Told after each sync. */
  readonly onDurable: () => void;
}

interface Waiting {
  readonly record: RecordToAppend;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: SourceError) => void;
}

/** Appends to the last segment; what came while a sync ran goes into the next one together. */
export class LogWriter {
  readonly segments: Segment[];
  readonly #options: LogWriterOptions;
  #nextOffset: number;
  #handle: FileHandle | undefined;
  readonly #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;
  #broken: SourceError | undefined;

  constructor(options: LogWriterOptions, segments: Segment[], nextOffset: number) {
    this.#options = options;
    this.segments = segments;
    this.#nextOffset = nextOffset;
  }

  /** Every offset below is on disk. */
  get nextOffset(): number {
    return this.#nextOffset;
  }

  /** Of keys and values that are not on disk yet. */
  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Resolves with its offset once it is on disk. @throws {SourceError} */
  async append(record: RecordToAppend): Promise<number> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#waitingBytes += bytesOf(record);
    const offset = new Promise<number>((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
    });
    this.#writing ??= this.#writeAll();
    return offset;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, GROUP_MAX);
      // One group at a time is what makes them groups.
      // oxlint-disable-next-line no-await-in-loop
      await this.#writeGroup(group);
      for (const { record } of group) this.#waitingBytes -= bytesOf(record);
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const first = this.#nextOffset;
    try {
      await this.#write(group, first);
    } catch (error) {
      const failure = unwritable(error);
      await this.#cutBack(failure);
      for (const { reject } of group) reject(failure);
      return;
    }
    this.#nextOffset = first + group.length;
    for (const [index, { resolve }] of group.entries()) resolve(first + index);
    this.#options.onDurable();
  }

  async #write(group: readonly Waiting[], first: number): Promise<void> {
    const nowMs = this.#options.nowMs();
    const frames = group.map(({ record }, index) =>
      encodeFrame(record, { offset: first + index, nowMs }),
    );
    const bytes = Buffer.concat(frames);
    const { handle, segment } = await this.#openSegment();
    await writeWhole(handle, bytes, segment.bytes);
    await handle.datasync();
    segment.bytes += bytes.length;
  }

  async #openSegment(): Promise<{ handle: FileHandle; segment: Segment }> {
    const last = this.segments.at(-1);
    if (last !== undefined && last.bytes < this.#options.segmentBytesMax) {
      this.#handle ??= await open(last.file, 'r+');
      return { handle: this.#handle, segment: last };
    }
    await this.#handle?.close();
    this.#handle = undefined;
    const file = segmentFile(this.#options.folder, this.#nextOffset);
    this.#handle = await open(file, 'w+');
    await syncFolder(path.dirname(file));
    const segment = { file, baseOffset: this.#nextOffset, bytes: 0 };
    this.segments.push(segment);
    return { handle: this.#handle, segment };
  }

  /** Takes a half-written group away; where that fails as well nothing more can be written. */
  async #cutBack(failure: SourceError): Promise<void> {
    const segment = this.segments.at(-1);
    try {
      if (segment !== undefined) await this.#handle?.truncate(segment.bytes);
    } catch {
      this.#broken = failure;
    }
  }
}

function bytesOf({ key, value }: RecordToAppend): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}

/** Makes names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}

async function writeWhole(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    // oxlint-disable-next-line no-await-in-loop -- a write may take a part only
    const { bytesWritten } = await handle.write(bytes, written, undefined, position + written);
    written += bytesWritten;
  }
}

function unwritable(cause: unknown): SourceError {
  return new SourceError('SOURCE_UNAVAILABLE', 'the embedded log could not be written', {
    kind: 'transient',
    cause,
  });
}
