import { hash } from 'node:crypto';

import {
  type KeyedHash,
  type KnownRecords,
  OffsetTracker,
  type PartitionStatus,
  type RecordConsumer,
  recordFingerprint,
  type SkipCounters,
  type SourceRecord,
  TrackedLease,
} from '@netscope/domain';

import type { LogReader } from './log-reader.ts';
import { NextStamp } from './next-stamp.ts';
import type { PartitionLog } from './partition-log.ts';
import type { LoggedRecord } from './record-frame.ts';

/** One partition while the source runs: reads on as long as it is let, from the committed offset. */
export class EmbeddedPartition {
  readonly lease: TrackedLease;
  readonly tracker: OffsetTracker;
  readonly #log: PartitionLog;
  readonly #nextStamp: NextStamp;
  readonly #reader: LogReader;
  readonly #consumer: RecordConsumer;
  readonly #onError: (error: unknown) => void;
  readonly #skips: SkipCounters;
  readonly #keyedHash: KeyedHash | undefined;
  committed: number;
  #taking = true;
  #reading: Promise<void> | undefined;

  constructor(options: {
    readonly topic: string;
    readonly partition: number;
    readonly generation: number;
    readonly log: PartitionLog;
    readonly committed: number;
    /** What an earlier life left to know. */
    readonly known: readonly KnownRecords[];
    readonly skips: SkipCounters;
    readonly consumer: RecordConsumer;
    readonly onError: (error: unknown) => void;
    /** Digests the keys of records; without one, SHA-256 does. */
    readonly keyedHash: KeyedHash | undefined;
  }) {
    const { topic, partition, generation, committed } = options;
    this.#log = options.log;
    this.#nextStamp = new NextStamp(options.log);
    this.#consumer = options.consumer;
    this.#onError = options.onError;
    this.#keyedHash = options.keyedHash;
    this.committed = committed;
    this.tracker = new OffsetTracker(committed, options.known);
    this.#skips = options.skips;
    this.#reader = options.log.readFrom(committed);
    this.lease = new TrackedLease({
      topic,
      partition,
      generation,
      tracker: this.tracker,
      onFlow: () => this.wake(),
    });
  }

  /** More may be there, or be wanted. */
  wake(): void {
    if (this.#reading !== undefined || !this.#mayRead()) return;
    this.#reading = this.#readOn()
      .catch((error: unknown) => this.#onError(error))
      .finally(() => this.#readEnded());
  }

  /** Hands nothing over any more. */
  async stop(): Promise<void> {
    this.#taking = false;
    await this.#reading;
    await this.#nextStamp.end();
    await this.#reader.close();
  }

  status(wallMs: number): PartitionStatus {
    const lagRecords = Math.max(0, this.#log.nextOffset - this.committed);
    return {
      topic: this.lease.topic,
      partition: this.lease.partition,
      position: this.tracker.position,
      committed: this.committed,
      lagRecords,
      lagSeconds: lagRecords === 0 ? 0 : this.#lagSeconds(wallMs),
      paused: this.lease.paused,
      lost: undefined,
      offsetMap: undefined,
    };
  }

  /** What is taken is in the tracker; of what is not, only the log knows. */
  #lagSeconds(wallMs: number): number | undefined {
    const oldestMs = this.tracker.oldestTimestampMs ?? this.#nextStamp.at(this.committed);
    return oldestMs === undefined ? undefined : Math.max(0, wallMs - oldestMs) / 1000;
  }

  #mayRead(): boolean {
    return this.#taking && !this.lease.paused && this.tracker.position < this.#log.nextOffset;
  }

  /** What came while the last read ended would otherwise wait for the next append. */
  #readEnded(): void {
    this.#reading = undefined;
    this.wake();
  }

  async #readOn(): Promise<void> {
    while (this.#mayRead()) {
      // A pause must be seen before the next read.
      // oxlint-disable-next-line no-await-in-loop
      const records = await this.#reader.read();
      if (!this.#taking || records.length === 0) return;
      this.#hand(records);
    }
  }

  #hand(records: readonly LoggedRecord[]): void {
    const { topic, partition } = this.lease;
    const taken: SourceRecord[] = [];
    const before = { ...this.tracker.recalled };
    for (const record of records) {
      const { offset, timestampMs, key } = record;
      const keySha256 =
        key === null ? undefined : (this.#keyedHash?.of(key) ?? hash('sha256', key));
      const fingerprint = recordFingerprint(timestampMs, keySha256);
      if (!this.tracker.take(offset, timestampMs, fingerprint)) continue;
      taken.push({ ...record, topic, partition, keySha256 });
    }
    this.#skips.count(topic, before, this.tracker.recalled);
    this.#consumer.accept(taken, this.lease);
  }
}
