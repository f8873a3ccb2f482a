import { byTopic, toCommitted, toWire } from './group-offsets.ts';
import type { CommittedOffset } from './group-session.ts';
import type { KafkaConnection } from './kafka-settings.ts';
import { createKafkaClient, type KafkaWords } from './kafkajs-driver.ts';
import type { KeptMember } from './member-file.ts';
import { translated } from './translate-kafka-error.ts';

/** A group as one of its members that is no more: what it commits counts in its generation alone. */
export interface FormerSession {
  /** What the group has committed of the partitions that the member held. @throws {SourceError} */
  committed(): Promise<readonly CommittedOffset[]>;
  /** @throws {SourceError} also where the group has another generation by now. */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
}

/**
 * Leaves a group in the name of a member that is no more, so that the group need not wait for its
 * session to time out. Some 3 s at the longest, besides what `before` takes.
 * @throws {SourceError} also where the group does not know the member any more.
 */
export async function leaveGroupAs(
  member: KeptMember,
  options: {
    readonly connection: KafkaConnection;
    readonly groupId: string;
    readonly say: KafkaWords;
    /** What is to be done while it still counts as a member; false: it stays one. */
    readonly before: (session: FormerSession) => Promise<boolean>;
  },
): Promise<boolean> {
  const { connection, groupId, say, before } = options;
  const { memberId, generation, partitions } = member;
  const { cluster } = (await createKafkaClient(connection, { steady: false, say })).reader();
  return translated('leaving the group as the former member', async () => {
    try {
      await cluster.connect();
      // Asked for the coordinator it would not know that broker, and wait before it asks again.
      await cluster.refreshMetadata();
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      const goes = await before({
        committed: async () => {
          // Asked for no partition, the protocol answers for all.
          if (partitions.length === 0) return [];
          const topics = byTopic(partitions, ({ partition }) => ({ partition }));
          return toCommitted((await coordinator.offsetFetch({ groupId, topics })).responses);
        },
        commit: async (offsets) => {
          const topics = toWire(offsets);
          const commit = { groupId, groupGenerationId: generation, memberId, topics };
          await coordinator.offsetCommit(commit);
        },
      });
      if (goes) await coordinator.leaveGroup({ groupId, memberId });
      return goes;
    } finally {
      await cluster.disconnect();
    }
  });
}
