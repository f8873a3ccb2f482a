import { randomUUID } from 'node:crypto';

import { Kafka, logLevel, type Admin, type Consumer, type Producer } from 'kafkajs';

import { waitUntil } from '../wait-until.ts';
import type { BrokerControl } from './broker-control.ts';
import { KafkaBroker, type KafkaBrokerOptions } from './kafka-broker.ts';

const BATCH_RECORDS = 2000;

/** A record to be written. */
export interface RecordToProduce {
  readonly key?: string | Buffer | null;
  readonly value: string | Buffer | null;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string | Buffer>>;
  /** Default: now. */
  readonly timestampMs?: number;
}

/** A record as it stands in a topic. */
export interface StoredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The last value of each name, as UTF-8. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Offsets by partition. */
export type OffsetByPartition = ReadonlyMap<number, number>;

/** Where a cluster has more than one broker. */
export interface KafkaPlaces {
  /** All of them. */
  readonly ports: readonly number[];
  /** Of each topic. */
  readonly replicas: number;
}

/** A real Apache Kafka broker, and what a test does with one. */
export class RealKafka implements AsyncDisposable {
  /** `host:port` of its broker, or of all of them. */
  readonly brokers: readonly string[];
  readonly port: number;
  readonly #control: BrokerControl;
  readonly #client: Kafka;
  readonly #replicas: number;
  #producer: Promise<Producer> | undefined;
  #admin: Promise<Admin> | undefined;

  constructor(port: number, control: BrokerControl, places?: KafkaPlaces) {
    this.port = port;
    this.brokers = (places?.ports ?? [port]).map((each) => `127.0.0.1:${each}`);
    this.#replicas = places?.replicas ?? 1;
    this.#control = control;
    this.#client = new Kafka({
      clientId: 'netscope-test',
      brokers: [...this.brokers],
      logLevel: logLevel.NOTHING,
      retry: { retries: 60, initialRetryTime: 100, maxRetryTime: 1000 },
    });
  }

  /** A private broker; 3 to 5 s. Files that don't need their own use `sharedKafka`. @throws {Error} */
  static async start(options: KafkaBrokerOptions = {}): Promise<RealKafka> {
    const broker = await KafkaBroker.start(options);
    return new RealKafka(broker.port, broker);
  }

  /** Creates it and waits until its partitions have a leader. `config`: topic settings by Kafka's names. */
  async createTopic(
    topic: string,
    partitions = 1,
    config: Readonly<Record<string, string | number>> = {},
  ): Promise<void> {
    const admin = await this.#connectedAdmin();
    await admin.createTopics({
      // kafkajs's own wait fails where the broker does not know its new topic yet.
      waitForLeaders: false,
      topics: [
        {
          topic,
          numPartitions: partitions,
          replicationFactor: this.#replicas,
          configEntries: Object.entries(config).map(([name, value]) => ({
            name,
            value: String(value),
          })),
        },
      ],
    });
    await waitUntil(async () => (await leadersOf(admin, topic)) === partitions, {
      what: `${topic} to have its leaders`,
    });
  }

  async deleteTopic(topic: string): Promise<void> {
    const admin = await this.#connectedAdmin();
    await admin.deleteTopics({ topics: [topic] });
  }

  /** What retention does: the partition's log begins at `offset` from now on. */
  async deleteRecordsBelow(
    topic: string,
    at: { readonly partition: number; readonly offset: number },
  ): Promise<void> {
    const admin = await this.#connectedAdmin();
    // It loads what `deleteTopicRecords` wants to know of the topic.
    await admin.fetchTopicOffsets(topic);
    const partitions = [{ partition: at.partition, offset: String(at.offset) }];
    await admin.deleteTopicRecords({ topic, partitions });
  }

  /** Writes in order, 2,000 records a request, and resolves when all are acknowledged. */
  async produce(topic: string, records: readonly RecordToProduce[]): Promise<void> {
    const producer = await this.#connectedProducer();
    for (let from = 0; from < records.length; from += BATCH_RECORDS) {
      const messages = records.slice(from, from + BATCH_RECORDS).map((record) => toMessage(record));
      await producer.send({ topic, messages });
    }
  }

  /** Everything that stands in a topic now, by partition and offset. */
  async fetchAll(topic: string): Promise<StoredRecord[]> {
    const ends = await this.endOffsets(topic);
    const starts = await this.#startOffsets(topic);
    const open = new Set([...ends].filter(([id, end]) => end > (starts.get(id) ?? 0)).map(idOf));
    const records: StoredRecord[] = [];
    if (open.size === 0) return records;
    const consumer = this.#client.consumer({ groupId: `netscope-test-${randomUUID()}` });
    await readToEnd(consumer, topic, (record, isLast) => {
      records.push(record);
      if (isLast && record.offset + 1 >= (ends.get(record.partition) ?? 0)) {
        open.delete(record.partition);
      }
      return open.size === 0;
    });
    return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /** The next offset to be written, by partition. */
  async endOffsets(topic: string): Promise<OffsetByPartition> {
    const offsets = await (await this.#connectedAdmin()).fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  }

  /** What a group has committed; partitions without a commit are absent. */
  async committedOffsets(groupId: string, topic: string): Promise<OffsetByPartition> {
    const fetched = await (await this.#connectedAdmin()).fetchOffsets({ groupId, topics: [topic] });
    const partitions = fetched.flatMap((entry) => entry.partitions);
    const known = partitions.filter(({ offset }) => offset !== '-1');
    return new Map(known.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** Records written and not yet committed by a group, over all partitions. */
  async lag(groupId: string, topic: string): Promise<number> {
    const [ends, committed, starts] = await Promise.all([
      this.endOffsets(topic),
      this.committedOffsets(groupId, topic),
      this.#startOffsets(topic),
    ]);
    let lag = 0;
    for (const [id, end] of ends) lag += end - (committed.get(id) ?? starts.get(id) ?? 0);
    return lag;
  }

  /** Whether the broker knows of a group: it does from the first that asks to join it. */
  async hasGroup(groupId: string): Promise<boolean> {
    const { groups } = await (await this.#connectedAdmin()).listGroups();
    return groups.some((group) => group.groupId === groupId);
  }

  /** Sets a group back to the first record of a topic, once it has no member: that may take its session's time. */
  async resetGroup(groupId: string, topic: string): Promise<void> {
    const admin = await this.#connectedAdmin();
    const partitions = [...(await this.#startOffsets(topic))].map(([partition, offset]) => ({
      partition,
      offset: String(offset),
    }));
    await waitUntil(
      async () =>
        admin.setOffsets({ groupId, topic, partitions }).then(
          () => true,
          () => false,
        ),
      { what: `${groupId} to be without members`, timeoutMs: 60_000, everyMs: 500 },
    );
  }

  /** The id of the broker that coordinates every group: their offsets are in one partition. */
  async coordinator(): Promise<number> {
    const [leader] = await this.leaders('__consumer_offsets');
    if (leader === undefined) throw new Error('no group has committed yet');
    return leader;
  }

  /** The ids of the brokers that lead a topic's partitions, by partition. */
  async leaders(topic: string): Promise<readonly number[]> {
    const { topics } = await (await this.#connectedAdmin()).fetchTopicMetadata({ topics: [topic] });
    const partitions = topics.flatMap((metadata) => metadata.partitions);
    return partitions.toSorted((a, b) => a.partitionId - b.partitionId).map(({ leader }) => leader);
  }

  /** Replicas of a topic that are in sync, over all its partitions. */
  async replicasInSync(topic: string): Promise<number> {
    const { topics } = await (await this.#connectedAdmin()).fetchTopicMetadata({ topics: [topic] });
    return topics.flatMap(({ partitions }) => partitions.flatMap(({ isr }) => isr)).length;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#control.kill();
  }

  /** The same port and data; resolves when it answers. */
  async restart(): Promise<void> {
    await this.#control.restart();
  }

  /** SIGSTOP: connections stay open and nobody answers. */
  async pause(): Promise<void> {
    await this.#control.pause();
  }

  /** SIGCONT. */
  async unpause(): Promise<void> {
    await this.#control.unpause();
  }

  /** Closes this object's connections; a shared broker lives on. */
  async disconnect(): Promise<void> {
    const [producer, admin] = [this.#producer, this.#admin];
    this.#producer = undefined;
    this.#admin = undefined;
    await Promise.allSettled([
      producer?.then(async (client) => client.disconnect()),
      admin?.then(async (client) => client.disconnect()),
    ]);
  }

  /** Closes the connections, ends a private broker and removes its data; a shared one lives on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.disconnect();
    await this.#control.stop();
  }

  async #startOffsets(topic: string): Promise<OffsetByPartition> {
    const offsets = await (await this.#connectedAdmin()).fetchTopicOffsets(topic);
    return new Map(offsets.map(({ partition, low }) => [partition, Number(low)]));
  }

  async #connectedProducer(): Promise<Producer> {
    this.#producer ??= connected(
      this.#client.producer({
        allowAutoTopicCreation: false,
        // Where a leader changes, kafkajs's idempotent producer ends with an out of order sequence.
        idempotent: this.#replicas === 1,
        maxInFlightRequests: 1,
      }),
    );
    return this.#producer;
  }

  async #connectedAdmin(): Promise<Admin> {
    this.#admin ??= connected(this.#client.admin());
    return this.#admin;
  }
}

async function connected<C extends Producer | Admin>(client: C): Promise<C> {
  await client.connect();
  return client;
}

/** How many partitions of a topic have a leader. */
async function leadersOf(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const partitions = topics.flatMap((metadata) => metadata.partitions);
  return partitions.filter(({ leader }) => leader >= 0).length;
}

function idOf([id]: readonly [number, number]): number {
  return id;
}

function toMessage(record: RecordToProduce): {
  key: string | Buffer | null;
  value: string | Buffer | null;
  partition?: number;
  headers?: Record<string, string | Buffer>;
  timestamp?: string;
} {
  return {
    key: record.key ?? null,
    value: record.value,
    ...(record.partition === undefined ? {} : { partition: record.partition }),
    ...(record.headers === undefined ? {} : { headers: { ...record.headers } }),
    ...(record.timestampMs === undefined ? {} : { timestamp: String(record.timestampMs) }),
  };
}

/** Consumes until `take` says that this was all; `isLast` marks the end of a fetched batch. */
async function readToEnd(
  consumer: Consumer,
  topic: string,
  take: (record: StoredRecord, isLast: boolean) => boolean,
): Promise<void> {
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error);
      });
      const eachBatch: Parameters<Consumer['run']>[0] = {
        autoCommit: false,
        eachBatch: async ({ batch }) => {
          const count = batch.messages.length;
          for (const [index, message] of batch.messages.entries()) {
            const record = toStored(batch.partition, message);
            if (take(record, index === count - 1)) resolve();
          }
        },
      };
      consumer.run(eachBatch).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

interface FetchedMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly offset: string;
  readonly headers?: Readonly<Record<string, Buffer | string | (Buffer | string)[] | undefined>>;
}

function toStored(partition: number, message: FetchedMessage): StoredRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name] = last.toString();
  }
  const { key, value, offset } = message;
  return { partition, offset: Number(offset), key, value, headers };
}
