import { readFile } from 'node:fs/promises';
import type { ConnectionOptions } from 'node:tls';

// Not every name of this CommonJS module can be imported by itself.
import kafkajs, {
  type Admin,
  type Consumer,
  type ConsumerGroupInside,
  type EachBatchPayload,
  Kafka,
  type KafkaConfig,
  logLevel,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs';

import { lz4Codec, snappyCodec, zstdCodec } from './codecs.ts';
import type {
  FetchedBatch,
  GroupListener,
  GroupSession,
  PartitionId,
  PartitionOffset,
} from './group-session.ts';
import type { KafkaConnection, KafkaSasl, KafkaTls } from './kafka-settings.ts';
import { fetchOAuthToken } from './oauth-token.ts';
import { translateKafkaError } from './translate-kafka-error.ts';

const { CompressionCodecs, CompressionTypes, ConfigResourceTypes } = kafkajs;

/**
 * With the defaults an outage of 8 s makes the consumer fall over and forget which partitions were
 * paused; so it never gives up by itself, and our own budgets decide.
 */
const STEADY = { retries: 1e9, initialRetryTime: 100, maxRetryTime: 1000 };
/** For calls whose caller decides about another attempt: some 3 s in all. */
const BRIEF = { retries: 4, initialRetryTime: 200, maxRetryTime: 1000 };
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3000;
/** One fetch. Small, for memory; the broker gives a record that is larger all the same. */
const FETCH_BYTES = 1024 * 1024;
const PARTITION_FETCH_BYTES = 256 * 1024;
/** The longest an idle fetch waits, and with it a partition resumed while others are idle. */
const FETCH_WAIT_MS = 250;
const HEARTBEAT_MS = 1000;
const REBALANCE_TIMEOUT_MS = 60_000;

/** Makes kafkajs know every codec of Kafka; without, one zstd producer stops the consumer. */
function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
}

/** Where what kafkajs logs goes: its words, for a log line or a reason. */
export type KafkaWords = (level: 'error' | 'warn', message: string, namespace: string) => void;

/** One client's way to the brokers. `steady` keeps on trying; else calls fail after some 3 s. */
export async function createKafkaClient(
  connection: KafkaConnection,
  options: { readonly steady: boolean; readonly say: KafkaWords },
): Promise<Kafka> {
  registerCodecs();
  const config: KafkaConfig = {
    brokers: [...connection.brokers],
    clientId: connection.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: options.steady ? STEADY : BRIEF,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => options.say(levelOf(entry), wordsOf(entry), entry.namespace),
  };
  if (connection.tls !== undefined) config.ssl = await tlsOptions(connection.tls);
  if (connection.sasl !== undefined) config.sasl = saslOptions(connection.sasl);
  return new Kafka(config);
}

function levelOf(entry: LogEntry): 'error' | 'warn' {
  return entry.level === logLevel.ERROR ? 'error' : 'warn';
}

function wordsOf({ log }: LogEntry): string {
  const reason: unknown = log['error'];
  return typeof reason === 'string' ? `${log.message}: ${reason}` : log.message;
}

async function tlsOptions(tls: KafkaTls): Promise<ConnectionOptions> {
  const options: ConnectionOptions = {};
  if (tls.caFile !== undefined) options.ca = await readFile(tls.caFile);
  if (tls.certFile !== undefined) options.cert = await readFile(tls.certFile);
  if (tls.keyFile !== undefined) options.key = await readFile(tls.keyFile);
  if (tls.serverName !== undefined) options.servername = tls.serverName;
  return options;
}

function saslOptions(sasl: KafkaSasl): SASLOptions {
  if (sasl.mechanism === 'oauthbearer') {
    return {
      mechanism: 'oauthbearer',
      oauthBearerProvider: async () => fetchOAuthToken(sasl),
    };
  }
  return sasl;
}

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
  const kafka = await createKafkaClient(options.connection, { steady: true, say: options.say });
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
    groupHooks: {
      beforeRejoin: async () => listener.onRevoke(),
      joined: async (group) => listener.onAssign(sessionOf(group, groupId)),
      offsetOutOfRange: async (_group, at) => listener.onOffsetLost(at),
    },
  });
  listen(consumer, listener);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...options.topics] });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => handOver(payload, listener),
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

function sessionOf(group: ConsumerGroupInside, groupId: string): GroupSession {
  const partitions = group
    .assigned()
    .flatMap(({ topic, partitions: ids }) => ids.map((partition) => ({ topic, partition })));
  const { generationId: generation, offsetManager, coordinator, cluster } = group;
  return {
    generation,
    partitions,
    committed: async () => {
      const request = { groupId, topics: byTopic(partitions, ({ partition }) => ({ partition })) };
      const { responses } = await translated('reading committed offsets', () =>
        coordinator.offsetFetch(request),
      );
      return toOffsets(responses).filter(({ offset }) => offset >= 0);
    },
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
      const topics = byTopic(offsets, ({ partition, offset }) => ({
        partition,
        offset: String(offset),
        metadata: '',
      }));
      await translated('committing offsets', () => offsetManager.commitOffsets({ topics }));
    },
    pause: (some) => group.pause(byTopic(some, ({ partition }) => partition)),
    resume: (some) => group.resume(byTopic(some, ({ partition }) => partition)),
    seek: ({ topic, partition, offset }) =>
      group.seek({ topic, partition, offset: String(offset) }),
  };
}

async function translated<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw translateKafkaError(error, doing);
  }
}

function byTopic<I extends PartitionId, T>(
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

function toOffsets(
  topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[],
): PartitionOffset[] {
  return topics.flatMap(({ topic, partitions }) =>
    partitions.map(({ partition, offset }) => ({ topic, partition, offset: Number(offset) })),
  );
}

/** kafkajs's number for topics among what has a configuration. */
export const TOPIC_RESOURCE = ConfigResourceTypes.TOPIC;

/** For questions about the cluster; closed by its owner. @throws {SourceError} */
export async function connectAdmin(connection: KafkaConnection, say: KafkaWords): Promise<Admin> {
  const kafka = await createKafkaClient(connection, { steady: false, say });
  const admin = kafka.admin();
  await translated('connecting', async () => admin.connect());
  return admin;
}
