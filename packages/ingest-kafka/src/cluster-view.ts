import { fetchOnce, type Reader } from './fetch-once.ts';
import type { PartitionId, PartitionOffset } from './group-session.ts';
import type { KafkaConnection } from './kafka-settings.ts';
import {
  type Admin,
  createKafkaClient,
  type Kafka,
  type KafkaWords,
  lacksRight,
  TOPIC_RESOURCE,
  type TopicRight,
} from './kafkajs-driver.ts';
import { isTopicRefused, translated } from './translate-kafka-error.ts';

export interface LogEnds extends PartitionId {
  /** The first offset that the log holds. */
  readonly start: number;
  /** The next offset to be written, or the first of an open transaction. */
  readonly end: number;
}

/** Where a broker says that it is to be reached. */
export interface Broker {
  readonly host: string;
  readonly port: number;
}

/** Questions to the cluster, apart from the group: each fails after some seconds. */
export class ClusterView {
  readonly #admin: Admin;
  readonly #kafka: Kafka;
  #reader: Promise<Reader> | undefined;

  private constructor(kafka: Kafka, admin: Admin) {
    this.#kafka = kafka;
    this.#admin = admin;
  }

  /** @throws {SourceError} */
  static async connect(connection: KafkaConnection, say: KafkaWords): Promise<ClusterView> {
    const kafka = await createKafkaClient(connection, {
      steady: false,
      say,
      readsWhatIsThere: true,
    });
    const admin = kafka.admin();
    await translated('connecting', async () => admin.connect());
    return new ClusterView(kafka, admin);
  }

  /** @throws {SourceError} */
  async clusterId(): Promise<string> {
    const { clusterId } = await this.#ask('describing the cluster', (admin) =>
      admin.describeCluster(),
    );
    return clusterId;
  }

  /** Every broker that the cluster knows, named in the configuration or not. @throws {SourceError} */
  async brokers(): Promise<readonly Broker[]> {
    const { brokers } = await this.#ask('listing brokers', (admin) => admin.describeCluster());
    return brokers.map(({ host, port }) => ({ host, port }));
  }

  /** Number of partitions by topic; a topic that is not there is absent. @throws {SourceError} */
  async topics(): Promise<ReadonlyMap<string, number>> {
    const { topics } = await this.#ask('listing topics', (admin) => admin.fetchTopicMetadata());
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  }

  /** With the broker's defaults; one that is there already is fine. @throws {SourceError} */
  async createTopic(topic: string): Promise<void> {
    await this.#ask(`creating topic ${topic}`, (admin) =>
      admin.createTopics({ waitForLeaders: true, topics: [{ topic }] }),
    );
  }

  /**
   * Those of some topics on which our principal lacks a right, or which it may not even see; none
   * where the brokers do not tell (before Kafka 2.3). @throws {SourceError}
   */
  async lacking(right: TopicRight, topics: readonly string[]): Promise<readonly string[]> {
    const answers = await this.#ask('asking what we may do with topics', (admin) =>
      admin.fetchTopicRights({ topics: [...topics] }),
    );
    return (answers ?? []).filter((each) => lacksRight(each, right)).map(({ topic }) => topic);
  }

  /**
   * The largest record batch that a topic takes, bytes; `undefined` where that is not told, or not
   * to us. @throws {SourceError}
   */
  async maxMessageBytes(topic: string): Promise<number | undefined> {
    const resources = [{ type: TOPIC_RESOURCE, name: topic, configNames: ['max.message.bytes'] }];
    try {
      const answer = await this.#ask(`describing topic ${topic}`, (admin) =>
        admin.describeConfigs({ includeSynonyms: false, resources }),
      );
      const value = answer.resources[0]?.configEntries[0]?.configValue;
      return value === undefined ? undefined : Number(value);
    } catch (error) {
      if (isTopicRefused(error)) return undefined;
      throw error;
    }
  }

  /** @throws {SourceError} */
  async logEnds(topic: string): Promise<readonly LogEnds[]> {
    const ends = await this.#ask(`reading the ends of ${topic}`, (admin) =>
      admin.fetchTopicOffsets(topic),
    );
    return ends.map(({ partition, low, high }) => ({
      topic,
      partition,
      start: Number(low),
      end: Number(high),
    }));
  }

  /**
   * When the record at `offset`, or the first after it, was stamped; `undefined` where there is none
   * to be read. @throws {SourceError}
   */
  async timestampAt({ topic, partition, offset }: PartitionOffset): Promise<number | undefined> {
    return translated(`reading ${topic}/${partition} at ${offset}`, async () => {
      const reader = await this.#readerOf(topic);
      const partitions = reader.cluster.findTopicPartitionMetadata(topic);
      const leader = partitions.find(({ partitionId }) => partitionId === partition)?.leader;
      if (leader === undefined) return undefined;
      const batch = await fetchOnce(reader, { topic, partition, leader, offset, bytesMax: 1 });
      const [first] = batch?.messages ?? [];
      return first === undefined ? undefined : Number(first.timestamp);
    });
  }

  async close(): Promise<void> {
    const reader = await this.#reader?.catch(() => undefined);
    await reader?.cluster.disconnect();
    await this.#admin.disconnect();
  }

  async #readerOf(topic: string): Promise<Reader> {
    this.#reader ??= this.#connectReader();
    const reader = await this.#reader;
    await reader.cluster.addTargetTopic(topic);
    return reader;
  }

  async #connectReader(): Promise<Reader> {
    const reader = this.#kafka.reader();
    try {
      await reader.cluster.connect();
      return reader;
    } catch (error) {
      this.#reader = undefined;
      throw error;
    }
  }

  async #ask<T>(doing: string, question: (admin: Admin) => Promise<T>): Promise<T> {
    return translated(doing, async () => question(this.#admin));
  }
}
