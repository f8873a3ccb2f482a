import { type FileHandle, open } from 'node:fs/promises';

import { SourceError } from '@netscope/domain';

import { decodeFrame, type LoggedRecord } from './record-frame.ts';
import type { Segment } from './segment.ts';

const CHUNK_BYTES = 256 * 1024;

/** What a reader may read: segments, and where the durable part ends. */
export interface ReadableLog {
  readonly segments: readonly Segment[];
  readonly nextOffset: number;
}

/** Reads a log in order from an offset on, some 256 KiB at a time. */
export class LogReader {
  readonly #log: ReadableLog;
  #position: number;
  #segment: Segment | undefined;
  #handle: FileHandle | undefined;
  #bytePosition = 0;
  #chunkBytes = CHUNK_BYTES;

  constructor(log: ReadableLog, position: number) {
    this.#log = log;
    this.#position = position;
  }

  /** The next records; none where the durable end is reached. @throws {SourceError} SOURCE_CORRUPT */
  async read(): Promise<readonly LoggedRecord[]> {
    const end = this.#log.nextOffset;
    const records: LoggedRecord[] = [];
    while (records.length === 0 && this.#position < end) {
      // Each chunk begins where the one before it ended.
      // oxlint-disable-next-line no-await-in-loop
      await this.#readChunk(end, records);
    }
    return records;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #readChunk(end: number, records: LoggedRecord[]): Promise<void> {
    const { handle, segment } = await this.#open();
    const left = segment.bytes - this.#bytePosition;
    const buffer = Buffer.allocUnsafe(Math.min(this.#chunkBytes, left));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, this.#bytePosition);
    const bytes = buffer.subarray(0, bytesRead);
    this.#chunkBytes = CHUNK_BYTES;
    let at = 0;
    let frame = decodeFrame(bytes, at);
    while (!('problem' in frame) && frame.record.offset < end) {
      at = frame.end;
      this.#take(frame.record, segment, records);
      frame = decodeFrame(bytes, at);
    }
    this.#bytePosition += at;
    if (at > 0) return;
    // A record larger than what was read: it is read whole the next time.
    const isLarger = 'problem' in frame && frame.problem === 'incomplete' && bytesRead < left;
    if (!isLarger) throw corrupt(segment, this.#position);
    this.#chunkBytes = Math.max(CHUNK_BYTES, 'bytesNeeded' in frame ? frame.bytesNeeded : 0);
  }

  #take(record: LoggedRecord, segment: Segment, records: LoggedRecord[]): void {
    if (record.offset < this.#position) return;
    if (record.offset > this.#position) throw corrupt(segment, this.#position);
    records.push(record);
    this.#position += 1;
  }

  async #open(): Promise<{ handle: FileHandle; segment: Segment }> {
    const segment = this.#log.segments.findLast(({ baseOffset }) => baseOffset <= this.#position);
    if (segment === undefined) throw missing(this.#position);
    if (segment === this.#segment && this.#handle !== undefined) {
      return { handle: this.#handle, segment };
    }
    await this.close();
    this.#handle = await open(segment.file, 'r');
    this.#segment = segment;
    this.#bytePosition = 0;
    return { handle: this.#handle, segment };
  }
}

function corrupt({ file }: Segment, offset: number): SourceError {
  return new SourceError('SOURCE_CORRUPT', `the embedded log is damaged at offset ${offset}`, {
    kind: 'fault',
    details: { file, offset },
  });
}

function missing(offset: number): SourceError {
  return new SourceError('SOURCE_CORRUPT', `the embedded log has no offset ${offset} any more`, {
    kind: 'fault',
    details: { offset },
  });
}
