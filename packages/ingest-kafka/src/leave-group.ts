import type { KafkaConnection } from './kafka-settings.ts';
import { createKafkaClient, type KafkaWords } from './kafkajs-driver.ts';
import { translated } from './translate-kafka-error.ts';

/**
 * Leaves a group in the name of a member that is no more, so that the group need not wait for its
 * session to time out. Some 3 s at the longest.
 * @throws {SourceError} also where the group does not know the member any more.
 */
export async function leaveGroupAs(
  memberId: string,
  options: {
    readonly connection: KafkaConnection;
    readonly groupId: string;
    readonly say: KafkaWords;
  },
): Promise<void> {
  const { connection, groupId, say } = options;
  const { cluster } = (await createKafkaClient(connection, { steady: false, say })).reader();
  await translated('leaving the group as the former member', async () => {
    try {
      await cluster.connect();
      // Asked for the coordinator it would not know that broker, and wait before it asks again.
      await cluster.refreshMetadata();
      const coordinator = await cluster.findGroupCoordinator({ groupId });
      await coordinator.leaveGroup({ groupId, memberId });
    } finally {
      await cluster.disconnect();
    }
  });
}
