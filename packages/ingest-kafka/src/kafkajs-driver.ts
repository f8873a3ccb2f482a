import type { ConnectionOptions } from 'node:tls';

// Not every name of this CommonJS module can be imported by itself.
import kafkajs, {
  Kafka,
  type KafkaConfig,
  logLevel,
  type LogEntry,
  type SASLOptions,
} from 'kafkajs';

import { lz4Codec, snappyCodec, zstdCodec } from './codecs.ts';
import type { KafkaConnection, KafkaSasl, KafkaTls } from './kafka-settings.ts';
import { fetchOAuthToken } from './oauth-token.ts';
import { seedBrokers } from './seed-brokers.ts';

declare module 'kafkajs' {
  // What kafkajs has inside and its types don't tell.
  interface ReaderCluster {
    refreshMetadata(): Promise<void>;
    findGroupCoordinator(group: { groupId: string }): Promise<
      ConsumerGroupInside['coordinator'] & {
        offsetCommit(
          commit: Parameters<ConsumerGroupInside['offsetManager']['commitOffsets']>[0] & {
            groupId: string;
            groupGenerationId: number;
            memberId: string;
          },
        ): Promise<unknown>;
        leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>;
      }
    >;
  }
  interface ConsumerGroupInside {
    readonly memberId: string;
  }
}

const {
  AclOperationTypes,
  CompressionCodecs,
  CompressionTypes,
  ConfigResourceTypes,
  KafkaJSTopicMetadataNotLoaded,
  Partitioners,
} = kafkajs;

/**
 * With the defaults an outage of 8 s makes the consumer fall over and forget which partitions were
 * paused; so it never gives up by itself, and our own budgets decide.
 */
export const STEADY = { retries: 1e9, initialRetryTime: 100, maxRetryTime: 1000 };
/** For calls whose caller decides about another attempt: some 3 s in all. */
const BRIEF = { retries: 4, initialRetryTime: 200, maxRetryTime: 1000 };
const REQUEST_TIMEOUT_MS = 10_000;
const CONNECTION_TIMEOUT_MS = 3000;
/** Makes kafkajs know every codec of Kafka; without, one zstd producer stops the consumer. */
function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.Snappy] = () => snappyCodec;
  CompressionCodecs[CompressionTypes.LZ4] = () => lz4Codec;
  CompressionCodecs[CompressionTypes.ZSTD] = () => zstdCodec;
}

/** Where what kafkajs logs goes: its words, for a log line or a reason. */
export type KafkaWords = (level: 'error' | 'warn', message: string, namespace: string) => void;

export interface KafkaClientOptions {
  readonly steady: boolean;
  readonly say: KafkaWords;
  /** Reads on where a topic was deleted or a partition has no leader, and looks again every second. */
  readonly readsWhatIsThere?: boolean;
}

/** One client's way to the brokers. `steady` keeps on trying; else calls fail after some 3 s. */
export async function createKafkaClient(
  connection: KafkaConnection,
  options: KafkaClientOptions,
): Promise<Kafka> {
  registerCodecs();
  const config: KafkaConfig = {
    ...seedBrokers(connection.brokers),
    clientId: connection.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: options.steady ? STEADY : BRIEF,
    readsWhatIsThere: options.readsWhatIsThere ?? false,
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
  if (tls.ca !== undefined) options.ca = tls.ca;
  if (tls.cert !== undefined) options.cert = tls.cert;
  if (tls.key !== undefined) options.key = tls.key;
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

/** kafkajs's number for topics among what has a configuration. */
export const TOPIC_RESOURCE = ConfigResourceTypes.TOPIC;

/** What a principal may do with a topic, by the names of Kafka's ACLs. */
export type TopicRight = 'READ' | 'WRITE';

/** The error code of a topic that we may not see. */
const TOPIC_AUTHORIZATION_FAILED = 29;

/** True where the brokers say of a topic that we lack a right. */
export function lacksRight(
  { errorCode, operations }: { readonly errorCode: number; readonly operations: number },
  right: TopicRight,
): boolean {
  if (errorCode === TOPIC_AUTHORIZATION_FAILED) return true;
  // Who may see a topic may describe it: without that bit it is not told.
  const isTold = errorCode === 0 && hasBit(operations, AclOperationTypes.DESCRIBE);
  return isTold && !hasBit(operations, AclOperationTypes[right]);
}

function hasBit(bits: number, bit: number): boolean {
  return ((bits >> bit) & 1) === 1;
}

/** The brokers have not told of any topic yet, or not since they were all away. */
export function isMetadataNotLoaded(error: unknown): boolean {
  return error instanceof KafkaJSTopicMetadataNotLoaded;
}

/** Partitions by key as Kafka's Java client does. */
export const createPartitioner = Partitioners.DefaultPartitioner;

export {
  type Admin,
  type Consumer,
  type ConsumerGroupInside,
  type EachBatchPayload,
  type Kafka,
  type Message,
  type PartitionerArgs,
  type Producer,
} from 'kafkajs';
