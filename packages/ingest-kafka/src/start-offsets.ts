import { SourceError } from '@netscope/domain';

import type {
  CommittedOffset,
  GroupSession,
  PartitionId,
  PartitionOffset,
} from './group-session.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { nameOf } from './partition-name.ts';

/** Where a session begins. */
export interface SessionStart {
  readonly offsets: readonly CommittedOffset[];
  /** Partitions that their topics got after the group had begun. */
  readonly added: readonly PartitionId[];
}

/** What decides where nothing is committed. */
export interface StartPolicy {
  readonly reset: KafkaSettings['autoOffsetReset'];
  /** Whether the partition is of a topic that was deleted and made anew while this member ran. */
  readonly isRemade: (at: PartitionId) => boolean;
}

/**
 * Where the group stands in each partition of a session. Where it stands in none of the topic's,
 * `reset` decides. A topic of which it has some has got the others since, and one that was made anew
 * is another log: nobody has read them, so they begin at their first record whatever `reset` says.
 * What that comes to is committed at once: later it would come to something else.
 * @throws {SourceError}
 */
export async function startOffsets(
  session: GroupSession,
  { reset, isRemade }: StartPolicy,
): Promise<SessionStart> {
  // Asked for no partition, the protocol answers for all.
  if (session.partitions.length === 0) return { offsets: [], added: [] };
  const committed = await session.committed();
  const known = new Set(committed.map(nameOf));
  const unknown = session.partitions.filter((at) => !known.has(nameOf(at)));
  if (unknown.length === 0) return { offsets: committed, added: [] };
  const begun = new Set((await session.committedOfAll()).map(({ topic }) => topic));
  const added = unknown.filter((at) => begun.has(at.topic) && !isRemade(at));
  const unread = unknown.filter((at) => begun.has(at.topic) || isRemade(at));
  const first = unknown.filter((at) => !unread.includes(at));
  if (reset === 'none' && first.length > 0) throw noOffset(first);
  const ends = [
    ...(await endsOf(session, unread, 'earliest')),
    ...(await endsOf(session, first, reset === 'none' ? 'earliest' : reset)),
  ];
  const initial = ends.map((at) => ({ ...at, metadata: '', isFirst: true }));
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
