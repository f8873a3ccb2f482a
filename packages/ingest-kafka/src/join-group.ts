import type { Clock } from '@netscope/domain';

import { byTopic, toCommitted, toOffsets, toWire } from './group-offsets.ts';
import type {
  CommittedOffset,
  FetchedBatch,
  GroupListener,
  GroupSession,
  PartitionId,
} from './group-session.ts';
import type { KafkaConnection } from './kafka-settings.ts';
import {
  type Consumer,
  type ConsumerGroupInside,
  createKafkaClient,
  type EachBatchPayload,
  isMetadataNotLoaded,
  type KafkaWords,
  STEADY,
} from './kafkajs-driver.ts';
import { SessionWatch } from './session-watch.ts';
import { translated, translateKafkaError } from './translate-kafka-error.ts';

/** One fetch. Small, for memory; the broker gives a record that is larger all the same. */
const FETCH_BYTES = 512 * 1024;
const PARTITION_FETCH_BYTES = 128 * 1024;
/** The longest an idle fetch waits, and with it a partition resumed while others are idle. */
const FETCH_WAIT_MS = 250;
const HEARTBEAT_MS = 1000;
const REBALANCE_TIMEOUT_MS = 60_000;
/** A partition that a topic gets is found within this time; kafkajs asks each 5 minutes by default. */
const METADATA_AGE_MS = 15_000;

/** A member of the group, until it leaves. */
export interface GroupMember {
  /** Leaves the group and closes the connections. What is to be committed MUST be by then. */
  leave(): Promise<void>;
}

export interface JoinOptions {
  readonly connection: KafkaConnection;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly topics: readonly string[];
  readonly listener: GroupListener;
  readonly clock: Clock;
  readonly say: KafkaWords;
}

/**
 * Joins the group and reads; resolves when it has joined for the first time, or fell over in the
 * attempt and tries on.
 *
 * Before a rejoin `onRevoke` is awaited, which kafkajs knows through our patch: the coordinator
 * still takes commits of the old generation while it waits for the members to rejoin, so what is
 * settled by then is committed. It is not when the coordinator had already given this member up
 * (its session timed out): then the next owner repeats what was not committed.
 * @throws {SourceError}
 */
export async function joinGroup(options: JoinOptions): Promise<GroupMember> {
  const { groupId, listener } = options;
  const watch = new SessionWatch(options.clock, options.sessionTimeoutMs);
  const kafka = await createKafkaClient(options.connection, {
    steady: true,
    say: options.say,
    readsWhatIsThere: true,
  });
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: options.sessionTimeoutMs,
    heartbeatInterval: Math.min(HEARTBEAT_MS, options.sessionTimeoutMs / 3),
    rebalanceTimeout: Math.max(REBALANCE_TIMEOUT_MS, options.sessionTimeoutMs),
    maxBytes: FETCH_BYTES,
    maxBytesPerPartition: PARTITION_FETCH_BYTES,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    retry: STEADY,
    allowAutoTopicCreation: false,
    readUncommitted: false,
    metadataMaxAge: METADATA_AGE_MS,
    groupHooks: {
      beforeRejoin: async () => listener.onRevoke(),
      joined: async (group) => {
        watch.heard();
        await listener.onAssign(sessionOf(group, options));
      },
      offsetOutOfRange: async (_group, at) => listener.onOffsetLost(at),
    },
  });
  listen(consumer, listener);
  consumer.on(consumer.events.HEARTBEAT, () => watch.heard());
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics] });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        // It comes again where the partition is still ours.
        if (!watch.isOver) handOver(payload, listener);
      },
    });
  } catch (error) {
    throw translateKafkaError(error, 'joining the group');
  }
  return { leave: async () => consumer.disconnect() };
}

function listen(consumer: Consumer, listener: GroupListener): void {
  consumer.on(consumer.events.REQUEST, () => listener.onContact());
  consumer.on(consumer.events.REQUEST_TIMEOUT, ({ payload }) => {
    listener.onTrouble(`broker ${payload.broker} does not answer`);
  });
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    listener.onCrash(translateKafkaError(payload.error, 'consuming'), !payload.restart);
  });
}

function handOver(payload: EachBatchPayload, listener: GroupListener): void {
  const { batch } = payload;
  const lastOffset = batch.lastOffset();
  const fetched: FetchedBatch = {
    topic: batch.topic,
    partition: batch.partition,
    generation: batch.generationId,
    fetchedOffset: Number(batch.fetchedOffset),
    nextOffset: Number(lastOffset) + 1,
    highWatermark: Number(batch.highWatermark),
    records: batch.messages,
  };
  if (listener.onBatch(fetched)) payload.resolveOffset(lastOffset);
}

function sessionOf(
  group: ConsumerGroupInside,
  { groupId, topics: subscribed }: JoinOptions,
): GroupSession {
  const partitions = group
    .assigned()
    .flatMap(({ topic, partitions: ids }) => ids.map((partition) => ({ topic, partition })));
  const { generationId: generation, memberId, offsetManager, cluster } = group;
  return {
    memberId,
    generation,
    partitions,
    missingTopics: () => subscribed.filter((topic) => isKnownMissing(cluster, topic)),
    committed: async () => committedIn(group, groupId, partitions),
    // Asked for no partition, the protocol answers for all.
    committedOfAll: async () => committedIn(group, groupId, []),
    logOffsets: async (asked, end) => {
      const fromBeginning = end === 'earliest';
      const topics = byTopic(asked, ({ partition }) => ({ partition }));
      return toOffsets(
        await translated("reading the log's ends", () =>
          cluster.fetchTopicsOffset(topics.map((entry) => ({ ...entry, fromBeginning }))),
        ),
      );
    },
    commit: async (offsets) => {
      await translated('committing offsets', () =>
        offsetManager.commitOffsets({ topics: toWire(offsets) }),
      );
    },
    pause: (some) => group.pause(byTopic(some, ({ partition }) => partition)),
    resume: (some) => group.resume(byTopic(some, ({ partition }) => partition)),
    seek: ({ topic, partition, offset }) =>
      group.seek({ topic, partition, offset: String(offset) }),
  };
}

/** False also where nothing is known of any topic yet, as when every broker was away a moment ago. */
function isKnownMissing(cluster: ConsumerGroupInside['cluster'], topic: string): boolean {
  try {
    return cluster.findTopicPartitionMetadata(topic).length === 0;
  } catch (error) {
    if (isMetadataNotLoaded(error)) return false;
    throw error;
  }
}

async function committedIn(
  { coordinator }: ConsumerGroupInside,
  groupId: string,
  partitions: readonly PartitionId[],
): Promise<readonly CommittedOffset[]> {
  const request = { groupId, topics: byTopic(partitions, ({ partition }) => ({ partition })) };
  const { responses } = await translated('reading committed offsets', () =>
    coordinator.offsetFetch(request),
  );
  return toCommitted(responses);
}
