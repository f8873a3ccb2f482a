import { mkdir, rm } from 'node:fs/promises';

import { LogReader } from './log-reader.ts';
import { LogWriter, syncFolder } from './log-writer.ts';
import type { RecordToAppend } from './record-frame.ts';
import { listSegments, recoverSegment, type Segment } from './segment.ts';

export interface PartitionLogOptions {
  readonly folder: string;
  readonly segmentBytesMax: number;
  readonly nowMs: () => number;
  readonly onDurable: () => void;
}

/** The durable log of one partition: segments in a folder, offsets without gaps. */
export class PartitionLog {
  /** Bytes that a crash left behind the last whole record and the opening cut off. */
  readonly tornBytes: number;
  readonly #writer: LogWriter;

  private constructor(writer: LogWriter, tornBytes: number) {
    this.#writer = writer;
    this.tornBytes = tornBytes;
  }

  /** Makes the folder where it is missing, and recovers the last segment. */
  static async open(options: PartitionLogOptions): Promise<PartitionLog> {
    await mkdir(options.folder, { recursive: true });
    await syncFolder(options.folder);
    const segments = await listSegments(options.folder);
    const last = segments.at(-1);
    if (last === undefined) return new PartitionLog(new LogWriter(options, segments, 0), 0);
    const scan = await recoverSegment(last);
    last.bytes = scan.bytes;
    return new PartitionLog(new LogWriter(options, segments, scan.nextOffset), scan.tornBytes);
  }

  /** The first offset that the log holds. */
  get startOffset(): number {
    return this.#writer.segments[0]?.baseOffset ?? 0;
  }

  /** Every offset below is on disk. */
  get nextOffset(): number {
    return this.#writer.nextOffset;
  }

  get segments(): readonly Segment[] {
    return this.#writer.segments;
  }

  /** On disk or on the way there. */
  get bytes(): number {
    let bytes = this.#writer.waitingBytes;
    for (const segment of this.#writer.segments) bytes += segment.bytes;
    return bytes;
  }

  /** Resolves with its offset once it is on disk. @throws {SourceError} */
  async append(record: RecordToAppend): Promise<number> {
    return this.#writer.append(record);
  }

  readFrom(offset: number): LogReader {
    return new LogReader(this, offset);
  }

  /** Deletes the segments that hold nothing from `offset` on; the last one stays. */
  async deleteBelow(offset: number): Promise<void> {
    const { segments } = this.#writer;
    let count = 0;
    while (count + 1 < segments.length && (segments[count + 1]?.baseOffset ?? 0) <= offset) {
      count += 1;
    }
    const deleted = segments.splice(0, count);
    await Promise.all(deleted.map(({ file }) => rm(file, { force: true })));
  }

  async close(): Promise<void> {
    await this.#writer.close();
  }
}
