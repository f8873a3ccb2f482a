import type { CommittedOffset, PartitionId, PartitionOffset } from './group-session.ts';

/** Partitions as the protocol takes them: by topic. */
export function byTopic<I extends PartitionId, T>(
  items: readonly I[],
  shape: (item: I) => T,
): { topic: string; partitions: T[] }[] {
  const partitionsByTopic = new Map<string, T[]>();
  for (const item of items) {
    const partitions = partitionsByTopic.get(item.topic);
    if (partitions === undefined) partitionsByTopic.set(item.topic, [shape(item)]);
    else partitions.push(shape(item));
  }
  return [...partitionsByTopic].map(([topic, partitions]) => ({ topic, partitions }));
}

interface WireCommit {
  readonly partition: number;
  readonly offset: string;
  readonly metadata: string;
}

/** Commits as the protocol takes them. */
export function toWire(
  offsets: readonly CommittedOffset[],
): { topic: string; partitions: WireCommit[] }[] {
  return byTopic(offsets, ({ partition, offset, metadata }) => ({
    partition,
    offset: String(offset),
    metadata,
  }));
}

interface AnsweredTopic {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
}

/** What a group has committed, of a protocol's answer; partitions without a commit are left out. */
export function toCommitted(topics: readonly AnsweredTopic[]): readonly CommittedOffset[] {
  const all = topics.flatMap(({ topic, partitions }) =>
    partitions.map((at) => ({
      topic,
      partition: at.partition,
      offset: Number(at.offset),
      metadata: 'metadata' in at && typeof at.metadata === 'string' ? at.metadata : '',
    })),
  );
  return all.filter(({ offset }) => offset >= 0);
}

/** Ends of logs, of a protocol's answer. */
export function toOffsets(topics: readonly AnsweredTopic[]): readonly PartitionOffset[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  );
}
