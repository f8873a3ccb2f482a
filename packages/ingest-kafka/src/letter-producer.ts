import {
  type DeadLetterPlace,
  NULL_HEADER_VALUE,
  type RecordHeader,
  SourceError,
} from '@netscope/domain';

import type { KafkaConnection } from './kafka-settings.ts';
import {
  createKafkaClient,
  createPartitioner,
  type KafkaWords,
  type Message,
  type PartitionerArgs,
  type Producer,
} from './kafkajs-driver.ts';
import { letterPlaces } from './letter-places.ts';
import { isTooLarge } from './translate-kafka-error.ts';

/** One request: well below what brokers take unless a topic was told to take less. */
const GROUP_BYTES_MAX = 256 * 1024;
const GROUP_MAX = 500;

export interface LetterToWrite {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

interface Waiting {
  readonly letter: LetterToWrite;
  readonly resolve: (place: DeadLetterPlace) => void;
  readonly reject: (error: unknown) => void;
}

/** A message that remembers where the partitioner sent it. */
interface PlacedMessage extends Message {
  placedAt?: number;
}

/**
 * Writes with `acks: all` by an idempotent producer; what comes for one topic while a request is
 * under way goes into the next one together: a topic that is not there fails its own letters only.
 * Letters that are too large together are written in smaller groups. After a failure a new producer
 * is made, because the sequence of the old one may have a hole.
 */
export class LetterProducer {
  readonly #connection: KafkaConnection;
  readonly #say: KafkaWords;
  #producer: Promise<Producer> | undefined;
  #waiting: Waiting[] = [];
  /** Of topics that took less than `GROUP_BYTES_MAX`; there are as many as are configured. */
  readonly #bytesMaxByTopic = new Map<string, number>();
  #writing: Promise<void> | undefined;

  constructor(connection: KafkaConnection, say: KafkaWords) {
    this.#connection = connection;
    this.#say = say;
  }

  /** Rejects with kafkajs's own error: the caller knows what it was about. */
  async write(letter: LetterToWrite): Promise<DeadLetterPlace> {
    const place = new Promise<DeadLetterPlace>((resolve, reject) => {
      this.#waiting.push({ letter, resolve, reject });
    });
    this.#writing ??= this.#writeAll();
    return place;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#discard();
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#takeGroup();
      // One request at a time keeps their order.
      // oxlint-disable-next-line no-await-in-loop
      await this.#writeGroup(group);
    }
    this.#writing = undefined;
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    const messages = group.map(({ letter }) => toMessage(letter));
    try {
      const topic = group[0]?.letter.topic ?? '';
      const firstOffsets = await this.#send(topic, messages);
      const partitions = messages.map(({ placedAt }) => placedAt ?? 0);
      const places = letterPlaces(topic, partitions, firstOffsets);
      tellPlaces(group, places);
      if (places.includes(undefined)) await this.#discard();
    } catch (error) {
      await this.#discard();
      if (group.length > 1 && isTooLarge(error)) this.#splitLater(group);
      else for (const { reject } of group) reject(error);
    }
  }

  /** The first that waits, and what else waits for its topic, within the bounds of one request. */
  #takeGroup(): readonly Waiting[] {
    const topic = this.#waiting[0]?.letter.topic;
    const ours = this.#waiting.filter(({ letter }) => letter.topic === topic);
    const bytesMax = this.#bytesMaxByTopic.get(topic ?? '') ?? GROUP_BYTES_MAX;
    const group = ours.slice(0, countWithin(ours, bytesMax));
    const taken = new Set(group);
    this.#waiting = this.#waiting.filter((one) => !taken.has(one));
    return group;
  }

  /** None of them is known to be too large by itself. */
  #splitLater(group: readonly Waiting[]): void {
    const [first] = group;
    if (first === undefined) return;
    let bytes = 0;
    for (const { letter } of group) bytes += bytesOf(letter);
    this.#bytesMaxByTopic.set(first.letter.topic, Math.floor(bytes / 2));
    this.#waiting.unshift(...group);
  }

  /** First offset by partition. */
  async #send(
    topic: string,
    messages: readonly PlacedMessage[],
  ): Promise<ReadonlyMap<number, number>> {
    this.#producer ??= this.#connect();
    const producer = await this.#producer;
    const answers = await producer.send({ acks: -1, topic, messages: [...messages] });
    return new Map(
      answers.map(({ partition, baseOffset }) => [partition, Number(baseOffset ?? -1)]),
    );
  }

  async #connect(): Promise<Producer> {
    const kafka = await createKafkaClient(this.#connection, { steady: false, say: this.#say });
    const producer = kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: rememberingPartitioner,
    });
    await producer.connect();
    return producer;
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    // One that failed has nothing to lose; the letters were told.
    await producer?.then(async (each) => each.disconnect()).catch(() => undefined);
  }
}

/** How many from the first on make one request; one does whatever its size. */
function countWithin(waiting: readonly Waiting[], bytesMax: number): number {
  let bytes = 0;
  let count = 0;
  for (const { letter } of waiting) {
    bytes += bytesOf(letter);
    if (count > 0 && (bytes > bytesMax || count === GROUP_MAX)) break;
    count += 1;
  }
  return count;
}

function bytesOf({ key, value, headers }: LetterToWrite): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers) bytes += header.name.length + header.value.length;
  return bytes;
}

function toMessage({ key, value, headers }: LetterToWrite): PlacedMessage {
  return {
    key: key === null ? null : asBuffer(key),
    value: value === null ? null : asBuffer(value),
    headers: headers.map((header) => ({
      key: header.name,
      value: header.value === NULL_HEADER_VALUE ? null : asBuffer(header.value),
    })),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function rememberingPartitioner(): (args: PartitionerArgs) => number {
  const choose = createPartitioner();
  return (args) => {
    const partition = choose(args);
    const message: PlacedMessage = args.message;
    message.placedAt = partition;
    return partition;
  };
}

function tellPlaces(
  group: readonly Waiting[],
  places: readonly (DeadLetterPlace | undefined)[],
): void {
  for (const [index, { resolve, reject }] of group.entries()) {
    const place = places[index];
    if (place === undefined) reject(unanswered());
    else resolve(place);
  }
}

function unanswered(): SourceError {
  const message = 'the leader of its partition changed while it was written, and no broker has it';
  return new SourceError('SOURCE_UNAVAILABLE', message, { kind: 'transient' });
}
