import { SourceError } from '@netscope/domain';

import type { CommittedOffset, GroupSession, PartitionId } from './group-session.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/**
 * Where the group stands in each partition of a session. Where it stands nowhere `reset` decides,
 * and what that comes to is committed at once: later it would come to something else.
 * @throws {SourceError}
 */
export async function startOffsets(
  session: GroupSession,
  reset: KafkaSettings['autoOffsetReset'],
): Promise<readonly CommittedOffset[]> {
  // Asked for no partition, the protocol answers for all.
  if (session.partitions.length === 0) return [];
  const committed = await session.committed();
  const known = new Set(committed.map(nameOf));
  const unknown = session.partitions.filter((at) => !known.has(nameOf(at)));
  if (unknown.length === 0) return committed;
  if (reset === 'none') throw noOffset(unknown);
  const ends = await session.logOffsets(unknown, reset);
  const initial = ends.map((at) => ({ ...at, metadata: '' }));
  await session.commit(initial);
  return [...committed, ...initial];
}

function noOffset(partitions: readonly PartitionId[]): SourceError {
  const names = partitions.map(nameOf).join(', ');
  return new SourceError(
    'SOURCE_MISCONFIGURED',
    `the group has no offset for ${names} and auto_offset_reset is none`,
    { kind: 'permanent' },
  );
}

function nameOf({ topic, partition }: PartitionId): string {
  return `${topic}/${partition}`;
}
