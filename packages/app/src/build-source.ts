import type { Config, KafkaConfig } from '@netscope/config';
import type {
  DeadLetters,
  DeliveryJournal,
  OffsetLoss,
  PartitionControl,
  RecordSource,
} from '@netscope/domain';
import type { EmbeddedDeadLetters, EmbeddedSource } from '@netscope/ingest-embedded';
import type {
  Broker,
  KafkaDeadLetters,
  KafkaSasl,
  KafkaSettings,
  KafkaSource,
} from '@netscope/ingest-kafka';

import type { Foundation } from './foundation.ts';

/** Group of the embedded source's offsets: there is but one reader. */
const EMBEDDED_GROUP = 'netscope';

/** Where records come from and where those go that cannot succeed. */
export interface Ingest {
  readonly source: RecordSource;
  readonly deadLetters: DeadLetters;
  readonly group: string;
  /** Known once the source runs. */
  readonly cluster: () => string;
  /** Of Kafka, as the cluster names them; those of the configuration may be few of them. */
  readonly brokers: () => readonly Broker[];
  /** Present where offsets can be moved. */
  readonly partitions: PartitionControl | undefined;
  /** Present where records can be appended by NetScope itself. */
  readonly embedded: EmbeddedSource | undefined;
  close(): Promise<void>;
}

/** A source that is being got ready, and what it still lacks. */
export interface IngestOpening extends Disposable {
  open(memory: SourceMemory): Promise<Ingest>;
}

/** What the audit spool knows, and who is told what. */
export interface SourceMemory {
  readonly journal: DeliveryJournal;
  readonly onOffsetLost: (loss: OffsetLoss) => Promise<void>;
  readonly onTopicChanged: (topic: string, state: 'missing' | 'found') => void;
}

/**
 * Begins with the source that the configuration names, as far as that goes before records can be
 * taken; topics are those that routes read. Only that source's libraries are loaded.
 */
export function beginIngest(
  config: Config,
  topics: readonly string[],
  foundation: Foundation & NodeOptions,
): Promise<IngestOpening> {
  const options = { topics, drainMs: sourceDrainMs(config), ...foundation };
  return config.source.kind === 'embedded'
    ? beginEmbedded(config, options)
    : beginKafka(config, options);
}

/** Of the drain, the source's share: the rest is for the audit spool. */
function sourceDrainMs({ shutdown }: Config): number {
  const share = 0.7;
  return shutdown.drainMs * share;
}

interface NodeOptions {
  /** Of `data_dir`. */
  readonly instanceId: string;
}

type SourceOptions = Foundation &
  NodeOptions & { readonly topics: readonly string[]; readonly drainMs: number };

async function beginKafka(config: Config, options: SourceOptions): Promise<IngestOpening> {
  const adapter = await import('@netscope/ingest-kafka');
  const kafka = kafkaSettings(config.source.kafka);
  const node = { dataDir: config.service.dataDir, instanceId: options.instanceId };
  const meeting = new adapter.ClusterMeeting({ kafka, ...options, node });
  meeting.begin();
  return {
    open: async (memory) => {
      const past = { ...node, journal: memory.journal };
      const source = new adapter.KafkaSource({ kafka, ...options, ...memory, node: past, meeting });
      return kafkaIngest(kafka, source, new adapter.KafkaDeadLetters({ kafka, ...options }));
    },
    [Symbol.dispose]: () => meeting[Symbol.dispose](),
  };
}

function kafkaIngest(
  kafka: KafkaSettings,
  source: KafkaSource,
  deadLetters: KafkaDeadLetters,
): Ingest {
  return {
    source,
    deadLetters,
    group: kafka.groupId,
    cluster: () => source.clusterId ?? '',
    brokers: () => source.brokers,
    partitions: source,
    embedded: undefined,
    close: () => deadLetters.close(),
  };
}

async function beginEmbedded(config: Config, options: SourceOptions): Promise<IngestOpening> {
  const adapter = await import('@netscope/ingest-embedded');
  const { dataDir } = config.service;
  const nowMs = (): number => options.clock.wallMs();
  return {
    open: async (memory) => {
      const base = { dataDir, group: EMBEDDED_GROUP };
      const source = await adapter.EmbeddedSource.open({ ...base, ...options, ...memory });
      return embeddedIngest(source, new adapter.EmbeddedDeadLetters({ dataDir, nowMs }));
    },
    [Symbol.dispose]: () => undefined,
  };
}

function embeddedIngest(source: EmbeddedSource, deadLetters: EmbeddedDeadLetters): Ingest {
  return {
    source,
    deadLetters,
    group: EMBEDDED_GROUP,
    cluster: () => source.clusterId,
    brokers: () => [],
    partitions: undefined,
    embedded: source,
    close: async () => {
      await deadLetters.close();
      await source[Symbol.asyncDispose]();
    },
  };
}

/** `source.kafka` as the adapter takes it. */
export function kafkaSettings(kafka: KafkaConfig): KafkaSettings {
  return { ...kafka, tls: kafka.tls.enabled ? kafka.tls : undefined, sasl: saslOf(kafka.sasl) };
}

function saslOf(sasl: KafkaConfig['sasl']): KafkaSasl | undefined {
  if (sasl.mechanism === 'none') return undefined;
  if (sasl.mechanism === 'oauthbearer') {
    const { mechanism, tokenUrl = '', clientId = '', clientSecret = '', scope } = sasl;
    return { mechanism, tokenUrl, clientId, clientSecret, scope };
  }
  return {
    mechanism: sasl.mechanism,
    username: sasl.username ?? '',
    password: sasl.password ?? '',
  };
}
