import { SourceError } from '@netscope/domain';

import type {
  CommittedOffset,
  GroupSession,
  PartitionId,
  PartitionOffset,
} from './group-session.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/** Where a session begins. */
export interface SessionStart {
  readonly offsets: readonly CommittedOffset[];
  /** Partitions that their topics got after the group had begun. */
  readonly added: readonly PartitionId[];
}

/**
 * Where the group stands in each partition of a session. Where it stands in none of the topic's,
 * `reset` decides. A topic of which it has some has got the others since: nobody has read them, so
 * they begin at their first record whatever `reset` says. What that comes to is committed at once:
 * later it would come to something else.
 * @throws {SourceError}
 */
export async function startOffsets(
  session: GroupSession,
  reset: KafkaSettings['autoOffsetReset'],
): Promise<SessionStart> {
  // Asked for no partition, the protocol answers for all.
  if (session.partitions.length === 0) return { offsets: [], added: [] };
  const committed = await session.committed();
  const known = new Set(committed.map(nameOf));
  const unknown = session.partitions.filter((at) => !known.has(nameOf(at)));
  if (unknown.length === 0) return { offsets: committed, added: [] };
  const begun = new Set((await session.committedOfAll()).map(({ topic }) => topic));
  const added = unknown.filter(({ topic }) => begun.has(topic));
  const first = unknown.filter(({ topic }) => !begun.has(topic));
  if (reset === 'none' && first.length > 0) throw noOffset(first);
  const ends = [
    ...(await endsOf(session, added, 'earliest')),
    ...(await endsOf(session, first, reset === 'none' ? 'earliest' : reset)),
  ];
  const initial = ends.map((at) => ({ ...at, metadata: '' }));
  await session.commit(initial);
  return { offsets: [...committed, ...initial], added };
}

async function endsOf(
  session: GroupSession,
  partitions: readonly PartitionId[],
  end: 'earliest' | 'latest',
): Promise<readonly PartitionOffset[]> {
  return partitions.length === 0 ? [] : session.logOffsets(partitions, end);
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
