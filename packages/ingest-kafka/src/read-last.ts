import {
  type Log,
  type Clock,
  type KeyedHash,
  type SourceRecord,
  SourceError,
} from '@netscope/domain';

import { ClusterView } from './cluster-view.ts';
import { fetchOnce, type Reader } from './fetch-once.ts';
import { KafkaRecord } from './kafka-record.ts';
import type { KafkaConnection } from './kafka-settings.ts';
import { KafkaWordsLog } from './kafka-words-log.ts';
import { createKafkaClient } from './kafkajs-driver.ts';
import { translateKafkaError } from './translate-kafka-error.ts';

const FETCH_BYTES = 1024 * 1024;

export interface ReadLastOptions {
  readonly kafka: KafkaConnection;
  readonly topic: string;
  /** How many records at most. */
  readonly last: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Digests the keys of records; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
}

/** Records of one topic and the cluster that they were read from. */
export interface LastRecords {
  /** The id that the cluster gives itself, as the source tells it. */
  readonly clusterId: string;
  readonly records: readonly SourceRecord[];
}

/**
 * The last records of a topic by their timestamps, oldest first, read without a group: nothing is
 * committed and nobody's position moves.
 * @throws {SourceError}
 */
export async function readLast(
  options: ReadLastOptions,
  signal: AbortSignal,
): Promise<LastRecords> {
  const words = new KafkaWordsLog(options.clock, options.log);
  const clusterId = await requireTopic(options, words);
  const kafka = await createKafkaClient(options.kafka, { steady: false, say: words.say });
  const reader = kafka.reader();
  try {
    await reader.cluster.connect();
    await reader.cluster.addTargetTopic(options.topic);
    const records = await readPartitions(reader, options, signal);
    return { clusterId, records: records.toSorted(byAge).slice(-options.last) };
  } catch (error) {
    throw error instanceof SourceError
      ? error
      : translateKafkaError(error, `reading ${options.topic}`);
  } finally {
    await reader.cluster.disconnect();
  }
}

/** The cluster's id. A topic that is not there would be asked for again and again. */
async function requireTopic(
  { kafka, topic }: ReadLastOptions,
  words: KafkaWordsLog,
): Promise<string> {
  const view = await ClusterView.connect(kafka, words.say);
  try {
    const known = await view.topics();
    if (!known.has(topic)) throw noTopic(topic, [...known.keys()]);
    return await view.clusterId();
  } finally {
    await view.close();
  }
}

/** Names shown of those that there are. */
const NAMES_MAX = 20;

function noTopic(topic: string, known: readonly string[]): SourceError {
  const names = known.filter((name) => !name.startsWith('__')).toSorted();
  const shown = names.slice(0, NAMES_MAX).join(', ');
  const more = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  const message = `there is no topic ${topic}, or it may not be described; there are: ${shown}${more}`;
  return new SourceError('SOURCE_MISCONFIGURED', message, {
    kind: 'permanent',
    details: { topic },
  });
}

async function readPartitions(
  reader: Reader,
  { topic, last, keyedHash }: ReadLastOptions,
  signal: AbortSignal,
): Promise<readonly SourceRecord[]> {
  const partitions = reader.cluster.findTopicPartitionMetadata(topic);
  const ids = partitions.map(({ partitionId }) => ({ partition: partitionId }));
  const [starts, ends] = await Promise.all([
    offsets(reader, { topic, partitions: ids, fromBeginning: true }),
    offsets(reader, { topic, partitions: ids, fromBeginning: false }),
  ]);
  const records: SourceRecord[] = [];
  for (const { partitionId: partition, leader } of partitions) {
    const start = starts.get(partition) ?? 0;
    const end = ends.get(partition) ?? 0;
    const place = { topic, partition, leader, start, end, last, keyedHash };
    // kafkajs opens a connection for each request that finds none, and forgets all but the last.
    // oxlint-disable-next-line no-await-in-loop
    const tail = await readTail(reader, place, signal);
    records.push(...tail);
  }
  return records;
}

interface Tail {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly start: number;
  readonly end: number;
  readonly last: number;
  readonly keyedHash: KeyedHash | undefined;
}

/** Steps back, twice as far each time, while gaps in the log leave too few. */
async function readTail(
  reader: Reader,
  tail: Tail,
  signal: AbortSignal,
): Promise<readonly SourceRecord[]> {
  for (let back = tail.last; ; back *= 2) {
    const from = Math.max(tail.start, tail.end - back);
    // Each step depends on what the one before it found.
    // oxlint-disable-next-line no-await-in-loop
    const records = await readSpan(reader, { ...tail, start: from }, signal);
    if (records.length >= tail.last || from === tail.start) return records.slice(-tail.last);
  }
}

async function readSpan(reader: Reader, tail: Tail, signal: AbortSignal): Promise<SourceRecord[]> {
  const records: SourceRecord[] = [];
  let position = tail.start;
  while (position < tail.end) {
    signal.throwIfAborted();
    // Each fetch begins where the one before it ended.
    // oxlint-disable-next-line no-await-in-loop
    const batch = await fetchOnce(reader, { ...tail, offset: position, bytesMax: FETCH_BYTES });
    if (batch === undefined || (batch.isEmpty() && Number(batch.lastOffset()) < position)) break;
    for (const message of batch.messages)
      records.push(new KafkaRecord(message, tail, tail.keyedHash));
    position = Math.max(position + 1, Number(batch.lastOffset()) + 1);
  }
  return records.filter(({ offset }) => offset < tail.end);
}

async function offsets(
  reader: Reader,
  question: Parameters<Reader['cluster']['fetchTopicsOffset']>[0][number],
): Promise<ReadonlyMap<number, number>> {
  const [answer] = await reader.cluster.fetchTopicsOffset([question]);
  const partitions = answer?.partitions ?? [];
  return new Map(partitions.map(({ partition, offset }) => [partition, Number(offset)]));
}

function byAge(a: SourceRecord, b: SourceRecord): number {
  return a.timestampMs - b.timestampMs || a.partition - b.partition || a.offset - b.offset;
}
