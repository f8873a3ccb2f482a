import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { SourceError, type SourceRecord } from '@netscope/domain';

import { decodeFrame, type LoggedRecord } from './record-frame.ts';
import { listSegments } from './segment.ts';
import { topicFolder } from './topic-store.ts';

export interface ReadLastOptions {
  /** `service.data_dir`. */
  readonly dataDir: string;
  readonly topic: string;
  /** How many records at most. */
  readonly last: number;
}

/** Records of one topic and the id of the source that holds them. */
export interface LastRecords {
  readonly clusterId: string;
  readonly records: readonly SourceRecord[];
}

/**
 * The last records of a topic by their timestamps, oldest first, as its logs hold them: nothing is
 * locked, recovered or committed, and a process that writes them is not disturbed.
 * @throws {SourceError} SOURCE_MISCONFIGURED for a topic that is not there.
 */
export async function readLast({ dataDir, topic, last }: ReadLastOptions): Promise<LastRecords> {
  const root = path.join(dataDir, 'embedded');
  const folder = topicFolder(root, topic);
  const names = await readdir(folder).catch(async () => {
    throw noTopic(topic, await readdir(root).catch(() => []));
  });
  const partitions = names.filter((name) => /^\d+$/u.test(name));
  const tails = await Promise.all(
    partitions.map(async (name) => tailOf(path.join(folder, name), last)),
  );
  const records = tails.flatMap((tail, index) =>
    tail.map((record) => ({ ...record, topic, partition: Number(partitions[index]) })),
  );
  const clusterId = await readFile(path.join(root, 'cluster-id'), 'utf8').catch(() => '');
  return { clusterId: clusterId.trim(), records: records.toSorted(byAge).slice(-last) };
}

async function tailOf(folder: string, last: number): Promise<readonly LoggedRecord[]> {
  let tail: readonly LoggedRecord[] = [];
  const segments = await listSegments(folder);
  for (const { file } of segments.toReversed()) {
    // Older ones are read only where the newer hold too few.
    // oxlint-disable-next-line no-await-in-loop
    tail = [...recordsIn(await contentOf(file)), ...tail].slice(-last);
    if (tail.length === last) break;
  }
  return tail;
}

/** Whole records; what is being written, or was torn, ends them. */
function recordsIn(bytes: Buffer): readonly LoggedRecord[] {
  const records: LoggedRecord[] = [];
  let frame = decodeFrame(bytes, 0);
  while (!('problem' in frame)) {
    records.push(frame.record);
    frame = decodeFrame(bytes, frame.end);
  }
  return records;
}

/** Nothing where it was deleted meanwhile: all that it held is settled. */
async function contentOf(file: string): Promise<Buffer> {
  return readFile(file).catch(() => Buffer.alloc(0));
}

function byAge(a: SourceRecord, b: SourceRecord): number {
  return a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset;
}

function noTopic(topic: string, names: readonly string[]): SourceError {
  const known = names.filter((name) => name !== 'cluster-id').toSorted();
  const there = known.length === 0 ? 'there is none' : `there are: ${known.join(', ')}`;
  return new SourceError(
    'SOURCE_MISCONFIGURED',
    `the embedded source has no topic ${topic}; ${there}`,
    { kind: 'permanent', details: { topic } },
  );
}
