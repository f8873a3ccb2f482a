import type { DeadLetterPlace } from '@netscope/domain';

/**
 * Where the letters of one request ended, by the partitions that they were sent to and the first
 * offset that was answered for each, -1 where that is not told. `undefined` for a letter of a
 * partition without an answer: kafkajs calls a request done when every broker that it asked has
 * answered once, and leaves out a partition whose leader moved to one that had.
 */
export function letterPlaces(
  topic: string,
  partitions: readonly number[],
  firstOffsets: ReadonlyMap<number, number>,
): readonly (DeadLetterPlace | undefined)[] {
  const countByPartition = new Map<number, number>();
  return partitions.map((partition) => {
    const first = firstOffsets.get(partition);
    if (first === undefined) return undefined;
    const before = countByPartition.get(partition) ?? 0;
    countByPartition.set(partition, before + 1);
    return { topic, partition, offset: first < 0 ? undefined : first + before };
  });
}
