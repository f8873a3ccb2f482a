import { crc32 } from 'node:zlib';

import type { RecordHeader } from '@netscope/domain';

/** What an append brings. */
export interface RecordToAppend {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
  /** Default: now. */
  readonly timestampMs?: number;
}

/** A record as the log holds it. */
export interface LoggedRecord extends RecordToAppend {
  readonly offset: number;
  readonly timestampMs: number;
}

/** A frame that was read, and where the next one begins. */
export interface DecodedFrame {
  readonly record: LoggedRecord;
  readonly end: number;
}

const HEAD_BYTES = 8;
const FIXED_BYTES = 8 + 8 + 4 + 4 + 4;
const NULL_LENGTH = -1;

/**
 * One record on disk, integers big-endian: length of the rest after the head (u32), its CRC-32
 * (u32); then offset and timestamp (f64 each), key and value (i32 length, -1 for null, and bytes),
 * number of headers (u32), each a name and a value with their lengths.
 */
export function encodeFrame(record: RecordToAppend, at: { offset: number; nowMs: number }): Buffer {
  const names = record.headers.map(({ name }) => Buffer.from(name));
  const frame = Buffer.allocUnsafe(frameBytes(record, names));
  const writer = new FrameWriter(frame);
  writer.number(at.offset);
  writer.number(record.timestampMs ?? at.nowMs);
  writer.bytes(record.key);
  writer.bytes(record.value);
  writer.length(names.length);
  for (const [index, name] of names.entries()) {
    writer.bytes(name);
    writer.bytes(record.headers[index]?.value ?? null);
  }
  const body = frame.subarray(HEAD_BYTES);
  frame.writeUInt32BE(body.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return frame;
}

/**
 * The frame that begins at `start`: `incomplete` where the bytes end inside it, `corrupt` where its
 * checksum doesn't hold. The record's bytes are views of `bytes`.
 */
export function decodeFrame(
  bytes: Buffer,
  start: number,
): DecodedFrame | { readonly problem: 'incomplete' | 'corrupt'; readonly bytesNeeded: number } {
  if (bytes.length < start + HEAD_BYTES) return { problem: 'incomplete', bytesNeeded: HEAD_BYTES };
  const length = bytes.readUInt32BE(start);
  const end = start + HEAD_BYTES + length;
  if (bytes.length < end) return { problem: 'incomplete', bytesNeeded: HEAD_BYTES + length };
  const body = bytes.subarray(start + HEAD_BYTES, end);
  if (length < FIXED_BYTES || crc32(body) !== bytes.readUInt32BE(start + 4)) {
    return { problem: 'corrupt', bytesNeeded: 0 };
  }
  return { record: decodeBody(new FrameReader(body)), end };
}

function frameBytes(record: RecordToAppend, names: readonly Buffer[]): number {
  let size = HEAD_BYTES + FIXED_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const [index, name] of names.entries()) {
    size += 4 + name.length + 4 + (record.headers[index]?.value.length ?? 0);
  }
  return size;
}

function decodeBody(reader: FrameReader): LoggedRecord {
  const offset = reader.number();
  const timestampMs = reader.number();
  const key = reader.bytes();
  const value = reader.bytes();
  const headers: RecordHeader[] = [];
  for (let left = reader.length(); left > 0; left -= 1) {
    const name = reader.bytes()?.toString('utf8') ?? '';
    headers.push({ name, value: reader.bytes() ?? new Uint8Array() });
  }
  return { offset, timestampMs, key, value, headers };
}

class FrameWriter {
  readonly #frame: Buffer;
  #at = HEAD_BYTES;

  constructor(frame: Buffer) {
    this.#frame = frame;
  }

  number(value: number): void {
    this.#at = this.#frame.writeDoubleBE(value, this.#at);
  }

  length(value: number): void {
    this.#at = this.#frame.writeInt32BE(value, this.#at);
  }

  bytes(value: Uint8Array | null): void {
    this.length(value === null ? NULL_LENGTH : value.length);
    if (value === null) return;
    this.#frame.set(value, this.#at);
    this.#at += value.length;
  }
}

class FrameReader {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  number(): number {
    this.#at += 8;
    return this.#body.readDoubleBE(this.#at - 8);
  }

  length(): number {
    this.#at += 4;
    return this.#body.readInt32BE(this.#at - 4);
  }

  bytes(): Buffer | null {
    const length = this.length();
    if (length === NULL_LENGTH) return null;
    this.#at += length;
    return this.#body.subarray(this.#at - length, this.#at);
  }
}
