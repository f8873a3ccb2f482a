import type { Config, KafkaConfig } from '@netscope/config';
import type {
  DeadLetters,
  DeliveryJournal,
  OffsetLoss,
  PartitionControl,
  RecordSource,
} from '@netscope/domain';
import { EmbeddedDeadLetters, EmbeddedSource } from '@netscope/ingest-embedded';
import {
  type Broker,
  KafkaDeadLetters,
  type KafkaSasl,
  type KafkaSettings,
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

/** Builds the source that the configuration names; topics are those that routes read. */
export function openIngest(
  config: Config,
  topics: readonly string[],
  foundation: Foundation & NodeOptions,
): Promise<Ingest> {
  const options = { topics, drainMs: sourceDrainMs(config), ...foundation };
  return config.source.kind === 'embedded'
    ? openEmbedded(config, options)
    : Promise.resolve(openKafka(config, options));
}

/** Of the drain, the source's share: the rest is for the audit spool. */
function sourceDrainMs({ shutdown }: Config): number {
  const share = 0.7;
  return shutdown.drainMs * share;
}

interface NodeOptions {
  /** Of `data_dir`. */
  readonly instanceId: string;
  readonly journal: DeliveryJournal;
  readonly onOffsetLost: (loss: OffsetLoss) => Promise<void>;
}

type SourceOptions = Foundation &
  NodeOptions & { readonly topics: readonly string[]; readonly drainMs: number };

function openKafka(config: Config, options: SourceOptions): Ingest {
  const kafka = kafkaSettings(config.source.kafka);
  const { instanceId, journal } = options;
  const node = { dataDir: config.service.dataDir, instanceId, journal };
  const source = new KafkaSource({ kafka, node, ...options });
  const deadLetters = new KafkaDeadLetters({ kafka, ...options });
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

async function openEmbedded({ service }: Config, options: SourceOptions): Promise<Ingest> {
  const source = await EmbeddedSource.open({
    dataDir: service.dataDir,
    group: EMBEDDED_GROUP,
    ...options,
  });
  const nowMs = (): number => options.clock.wallMs();
  const deadLetters = new EmbeddedDeadLetters({ dataDir: service.dataDir, nowMs });
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
