import path from 'node:path';

import {
  type Clock,
  type DeliveryJournal,
  type KeyedHash,
  KnownRecords,
  type HeldOffsets,
  type Log,
  type MetricsRecorder,
  type OffsetMapPlace,
  type Random,
  type RecordConsumer,
  type RecordSource,
  registerSourceGauges,
  SkipCounters,
  SourceError,
  type SourceStatus,
  type Timers,
} from '@netscope/domain';

import { openClusterId } from './cluster-id.ts';
import { CommitLoop } from './commit-loop.ts';
import { EmbeddedPartition } from './embedded-partition.ts';
import type { RecordToAppend } from './record-frame.ts';
import { TopicStore } from './topic-store.ts';

const PARTITIONS = 4;
const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
const BYTES_MAX = 1024 * 1024 * 1024;
const COMMIT_INTERVAL_MS = 250;

const RESET =
  'the committed offset is below what this node had committed: what was done since is called again';

export interface EmbeddedSourceOptions {
  /** `service.data_dir`; the source lives in `embedded` below it. */
  readonly dataDir: string;
  readonly topics: readonly string[];
  readonly group: string;
  /** Of this node; absent where it keeps none. */
  readonly journal: DeliveryJournal | undefined;
  /** The longest that a stop waits for records in flight, ms. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  /** Digests the keys of records; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
  /** Of a topic when it is made. Default: 4. */
  readonly partitions?: number;
  /** Of all logs together; past it `append` refuses. Default: 1 GiB. */
  readonly bytesMax?: number;
  /** Past it a new segment is begun; only whole ones are deleted. Default: 8 MiB. */
  readonly segmentBytesMax?: number;
}

/** Where an appended record stands. */
export interface AppendedPlace {
  readonly partition: number;
  readonly offset: number;
}

/**
 * A durable local source of records for machines with no Kafka: what `append` resolved for is read
 * and handed over, at least once, across any crash. Segments wholly below the committed offset are
 * deleted.
 */
export class EmbeddedSource implements RecordSource, AsyncDisposable {
  /** Made once for each data directory. */
  readonly clusterId: string;
  readonly #options: EmbeddedSourceOptions;
  readonly #stores: ReadonlyMap<string, TopicStore>;
  readonly #failed = Promise.withResolvers<never>();
  #partitionByName: ReadonlyMap<string, EmbeddedPartition> = new Map();
  #state: SourceStatus['state'] = 'starting';
  #generation = 0;

  private constructor(
    options: EmbeddedSourceOptions,
    clusterId: string,
    stores: ReadonlyMap<string, TopicStore>,
  ) {
    this.#options = options;
    this.clusterId = clusterId;
    this.#stores = stores;
    // It is looked at only while the source runs.
    this.#failed.promise.catch(() => undefined);
    registerSourceGauges(options.metrics, () => this.status().partitions);
  }

  /**
   * Opens or makes the logs and recovers what a crash left half written.
   * @throws {SourceError} SOURCE_CORRUPT where what is there can't be read.
   */
  static async open(options: EmbeddedSourceOptions): Promise<EmbeddedSource> {
    const root = path.join(options.dataDir, 'embedded');
    const clusterId = await openClusterId(root, options.random);
    const wakers: { wake?: (topic: string, partition: number) => void } = {};
    const stores = new Map<string, TopicStore>();
    const opened = await Promise.all(
      options.topics.map(async (topic) =>
        TopicStore.open(topic, {
          root,
          group: options.group,
          partitions: options.partitions ?? PARTITIONS,
          segmentBytesMax: options.segmentBytesMax ?? SEGMENT_BYTES_MAX,
          nowMs: () => options.clock.wallMs(),
          onDurable: (name, partition) => wakers.wake?.(name, partition),
        }),
      ),
    );
    for (const store of opened) stores.set(store.topic, store);
    const source = new EmbeddedSource(options, clusterId, stores);
    wakers.wake = (topic, partition) => source.#wake(topic, partition);
    source.#tellTorn();
    return source;
  }

  /**
   * Resolves once the record is on disk; its partition is its key's, or the next in turn.
   * @throws {SourceError} SOURCE_FULL past the bound; SOURCE_UNAVAILABLE where the disk fails;
   *   SOURCE_MISCONFIGURED for a topic that is not one of the source's.
   */
  async append(topic: string, record: RecordToAppend): Promise<AppendedPlace> {
    const store = this.#stores.get(topic);
    if (store === undefined) throw unknownTopic(topic);
    const bytesMax = this.#options.bytesMax ?? BYTES_MAX;
    if (this.#bytes() >= bytesMax) throw full(bytesMax);
    const partition = store.partitioner.partitionOf(record.key);
    const log = store.logs[partition];
    if (log === undefined) throw unknownTopic(topic);
    return { partition, offset: await log.append(record) };
  }

  async run(consumer: RecordConsumer, signal: AbortSignal): Promise<void> {
    this.#begin(consumer);
    const commits = new CommitLoop({
      timers: this.#options.timers,
      intervalMs: COMMIT_INTERVAL_MS,
      commit: async () => this.#commit(),
    });
    try {
      await Promise.race([abortOf(signal), this.#failed.promise]);
    } finally {
      await this.#end(consumer, commits);
    }
  }

  status(): SourceStatus {
    const wallMs = this.#options.clock.wallMs();
    return {
      kind: 'embedded',
      assigned: this.#generation > 0,
      state: this.#state,
      reason: this.#state === 'running' ? undefined : `the source is ${this.#state}`,
      missingTopics: [],
      partitions: [...this.#partitionByName.values()].map((each) => each.status(wallMs)),
    };
  }

  /** Closes the files; after `run` has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#stores.values()].map(async (store) => store.close()));
  }

  #begin(consumer: RecordConsumer): void {
    this.#generation += 1;
    const skips = new SkipCounters(this.#options.metrics);
    const held = [...this.#stores.values()].flatMap((store) =>
      store.logs.map((log, partition): [string, EmbeddedPartition] => {
        const committed = Math.max(log.startOffset, store.committed.of(partition) ?? 0);
        const made = new EmbeddedPartition({
          topic: store.topic,
          partition,
          generation: this.#generation,
          log,
          committed,
          known: this.#knownOf(store.topic, partition, committed),
          skips,
          consumer,
          onError: (error) => this.#failed.reject(error),
          keyedHash: this.#options.keyedHash,
        });
        return [`${store.topic}/${partition}`, made];
      }),
    );
    this.#partitionByName = new Map(held);
    this.#options.journal?.hold(held.map(([, one]) => this.#heldOffsets(one)));
    this.#state = 'running';
    for (const [, partition] of held) partition.wake();
  }

  #placeOf(topic: string, partition: number): OffsetMapPlace {
    return { cluster: this.clusterId, group: this.#options.group, topic, partition };
  }

  #heldOffsets({ lease, tracker }: EmbeddedPartition): HeldOffsets {
    return { ...this.#placeOf(lease.topic, lease.partition), toMap: () => tracker.toUncommitted() };
  }

  /** Nothing where somebody set the committed offsets back. */
  #knownOf(topic: string, partition: number, committed: number): readonly KnownRecords[] {
    const { journal, log } = this.#options;
    const recalled = journal?.recall(this.#placeOf(topic, partition), committed);
    if (recalled?.kind === 'reset') {
      const { acknowledged } = recalled;
      log.warn('embedded.group_was_reset', RESET, { topic, partition, committed, acknowledged });
    }
    return recalled?.kind === 'map' ? [new KnownRecords('journal', recalled.map)] : [];
  }

  async #end(consumer: RecordConsumer, commits: CommitLoop): Promise<void> {
    const held = [...this.#partitionByName.values()];
    await Promise.all(held.map(async (partition) => partition.stop()));
    const leases = held.map(({ lease }) => lease);
    await consumer.drain(leases, this.#options.drainMs);
    await commits.end();
    for (const lease of leases) lease.fence();
    this.#state = 'stopped';
  }

  #wake(topic: string, partition: number): void {
    if (this.#state === 'running') this.#partitionByName.get(`${topic}/${partition}`)?.wake();
  }

  /** Writes what moved, and deletes what nobody will read again; a failure is tried again. */
  async #commit(): Promise<void> {
    const { metrics, log } = this.#options;
    const moves = [...this.#stores.values()].map(async (store) => this.#commitTopic(store));
    for (const result of await Promise.allSettled(moves)) {
      if (result.status === 'fulfilled') continue;
      metrics.counter('commit_errors_total', {}).inc();
      log.error('embedded.commit_failed', result.reason);
    }
  }

  async #commitTopic(store: TopicStore): Promise<void> {
    const held = store.logs.map((_log, id) => this.#partitionByName.get(`${store.topic}/${id}`));
    const moved: [number, number][] = [];
    for (const partition of held) {
      if (partition === undefined || partition.tracker.committable <= partition.committed) continue;
      moved.push([partition.lease.partition, partition.tracker.committable]);
    }
    if (moved.length === 0) return;
    await store.committed.commit(moved);
    this.#options.journal?.noteCommitted(
      moved.map(([partition, offset]) => ({ ...this.#placeOf(store.topic, partition), offset })),
    );
    this.#options.metrics.counter('commits_total', { topic: store.topic }).inc(moved.length);
    await Promise.all(
      moved.map(async ([id, offset]) => {
        const partition = held[id];
        if (partition !== undefined) partition.committed = offset;
        partition?.tracker.noteCommitted(offset);
        await store.logs[id]?.deleteBelow(offset);
      }),
    );
  }

  #bytes(): number {
    let bytes = 0;
    for (const store of this.#stores.values()) bytes += store.bytes;
    return bytes;
  }

  #tellTorn(): void {
    for (const store of this.#stores.values()) {
      for (const [partition, { tornBytes }] of store.logs.entries()) {
        if (tornBytes === 0) continue;
        this.#options.log.warn(
          'embedded.torn_tail',
          'a record that was half written at a crash was cut off; it had not been acknowledged',
          { topic: store.topic, partition, bytes: tornBytes },
        );
      }
    }
  }
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function unknownTopic(topic: string): SourceError {
  return new SourceError('SOURCE_MISCONFIGURED', `the embedded source has no topic ${topic}`, {
    kind: 'permanent',
  });
}

function full(bytesMax: number): SourceError {
  return new SourceError('SOURCE_FULL', 'the embedded source is full', {
    kind: 'transient',
    details: { bytes_max: bytesMax },
  });
}
