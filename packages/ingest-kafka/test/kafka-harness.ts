import { randomUUID } from 'node:crypto';

import type { OffsetLoss, SourceRecord } from '@netscope/domain';
import { type KafkaSettings, KafkaSource } from '@netscope/ingest-kafka';
import { realClock, realTimers, RecordingLog, RecordingMetrics } from '@netscope/test-support';
import type { RealKafka } from '@netscope/test-support/services';
import { Kafka, logLevel, Partitioners, type Producer } from 'kafkajs';

/** Settings for a broker under test: short intervals, everything else as by default. */
export function settingsFor(kafka: RealKafka, more: Partial<KafkaSettings> = {}): KafkaSettings {
  return {
    brokers: kafka.brokers,
    clientId: 'netscope-test',
    tls: undefined,
    sasl: undefined,
    groupId: `group-${randomUUID()}`,
    autoOffsetReset: 'earliest',
    onOffsetLost: 'pause',
    sessionTimeoutMs: 30_000,
    commitIntervalMs: 50,
    startBudgetMs: 20_000,
    revokeDrainMs: 5000,
    deadLetterTopic: 'dead-letters',
    createTopics: true,
    ...more,
  };
}

export interface SourceUnderTest {
  readonly source: KafkaSource;
  readonly metrics: RecordingMetrics;
  readonly log: RecordingLog;
  /** Every loss that it told. */
  readonly losses: readonly OffsetLoss[];
  /** `TOPIC missing` and `TOPIC found`, as they were told. */
  readonly topicChanges: readonly string[];
}

export function makeSource(
  kafka: KafkaSettings,
  topics: readonly string[],
  drainMs = 2000,
): SourceUnderTest {
  const metrics = new RecordingMetrics();
  const log = new RecordingLog();
  const losses: OffsetLoss[] = [];
  const topicChanges: string[] = [];
  const source = new KafkaSource({
    kafka,
    topics,
    node: undefined,
    drainMs,
    clock: realClock,
    timers: realTimers,
    metrics,
    log,
    onTopicChanged: (topic, state) => topicChanges.push(`${topic} ${state}`),
    onOffsetLost: async (loss) => {
      losses.push(loss);
    },
  });
  return { source, metrics, log, losses, topicChanges };
}

/** A producer that knows the codecs, because the adapter has registered them. */
export async function connectProducer(
  kafka: RealKafka,
  more: { readonly transactionalId?: string } = {},
): Promise<Producer> {
  const client = new Kafka({
    brokers: [...kafka.brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 30, initialRetryTime: 100, maxRetryTime: 1000 },
  });
  const producer = client.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    ...more,
  });
  await producer.connect();
  return producer;
}

type Written = Pick<SourceRecord, 'key' | 'value' | 'headers'>;

/** As kafkajs takes a message; values of one header name keep their order. */
export function toMessage({ key, value, headers }: Written): {
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, Buffer[]>;
} {
  const valuesByName: Record<string, Buffer[]> = {};
  for (const header of headers) (valuesByName[header.name] ??= []).push(Buffer.from(header.value));
  return {
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
    headers: valuesByName,
  };
}
