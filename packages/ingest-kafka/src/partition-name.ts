import type { PartitionId } from './group-session.ts';

/** `topic/partition`: how a partition is named in maps and in what people read. */
export function nameOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
