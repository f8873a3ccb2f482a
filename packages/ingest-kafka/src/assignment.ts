import {
  type KeyedHash,
  KnownRecords,
  type Log,
  type OffsetMapPlace,
  type OffsetMap,
  type PartitionLease,
  type RecordConsumer,
  recordFingerprint,
  type SeekOrder,
  type SeekOutcome,
  SkipCounters,
  SourceError,
  type SourceRecord,
  type TrackedLease,
} from '@netscope/domain';

import type { FetchedBatch, GroupSession, PartitionId, CommittedOffset } from './group-session.ts';
import { HeldPartition, isKept } from './held-partition.ts';
import { KafkaRecord } from './kafka-record.ts';
import type { LostOffsets } from './lost-offsets.ts';
import { OffsetCommitter, type OffsetCommitterOptions } from './offset-committer.ts';
import { unpackMap } from './offset-metadata.ts';
import { type OnMove, PartitionMover } from './partition-mover.ts';
import { nameOf } from './partition-name.ts';

/** The coordinator waits while it holds a rebalance; commits that take longer have failed. */
const COMMIT_BUDGET_MS = 3000;

export interface AssignmentOptions {
  readonly session: GroupSession;
  /** Where the group stands in each partition of the session. */
  readonly offsets: readonly CommittedOffset[];
  /** What this member held in the generation before, by `topic/partition`. */
  readonly former: ReadonlyMap<string, HeldPartition>;
  /** A number for leases, distinct from all before. */
  readonly newGeneration: () => number;
  readonly consumer: RecordConsumer;
  readonly commits: OffsetCommitterOptions;
  readonly lost: LostOffsets;
  /** The longest that a partition is drained before a seek, ms. */
  readonly seekDrainMs: number;
  readonly log: Log;
  /** Digests the keys of records; without one, SHA-256 does. */
  readonly keyedHash: KeyedHash | undefined;
}

interface AssignedAfter {
  readonly generation: number;
  /** What this member held in the generation before. */
  readonly before: HeldPartition | undefined;
  readonly commits: OffsetCommitterOptions;
}

/** The partitions of one generation, from its start to its fence. */
export class Assignment {
  readonly heldByName: ReadonlyMap<string, HeldPartition>;
  readonly #session: GroupSession;
  readonly #consumer: RecordConsumer;
  readonly #committer: OffsetCommitter;
  readonly #skips: SkipCounters;
  readonly #log: Log;
  readonly #lost: LostOffsets;
  readonly #keyedHash: KeyedHash | undefined;
  readonly #mover: PartitionMover;
  #taking = true;
  #released: Promise<boolean> | undefined;

  constructor(options: AssignmentOptions) {
    const { session, offsets, former, newGeneration } = options;
    this.#session = session;
    this.#consumer = options.consumer;
    this.#log = options.log;
    this.#lost = options.lost;
    this.#keyedHash = options.keyedHash;
    this.#skips = new SkipCounters(options.commits.metrics);
    const generation = newGeneration();
    this.heldByName = new Map(
      offsets.map((at) => {
        const before = former.get(nameOf(at));
        return [nameOf(at), this.#assign(at, { generation, before, commits: options.commits })];
      }),
    );
    this.#tellJournal(options.commits);
    this.#committer = new OffsetCommitter(options.commits, session, {
      held: [...this.heldByName.values()],
      onFull: (held) => this.#onFlow(held),
    });
    this.#mover = new PartitionMover({
      ...options,
      committer: this.#committer,
      drainMs: options.seekDrainMs,
      isCurrent: () => this.#taking,
    });
    this.#begin(offsets, former);
  }

  /** True where the batch was handed over; one that does not follow on the last is left. */
  take(batch: FetchedBatch): boolean {
    const held = this.heldByName.get(nameOf(batch));
    // What the brokers had answered before it was paused still comes.
    if (held === undefined || held.isMoving || !this.#taking) return false;
    if (batch.generation !== this.#session.generation) return false;
    const { tracker } = held;
    if (batch.fetchedOffset !== tracker.position) {
      this.#session.seek({ ...idOf(held), offset: tracker.position });
      return false;
    }
    const records = takeNew(batch, held, { skips: this.#skips, keyedHash: this.#keyedHash });
    if (held.known.length > 0) this.#tellRefuted(held);
    tracker.passTo(batch.nextOffset);
    held.logEnd = Math.max(batch.highWatermark, held.logEnd ?? 0);
    if (records.length > 0) this.#consumer.accept(records, held.lease);
    return true;
  }

  /** The broker does not hold where this partition stands: it is paused, and its loss settled. */
  lose(at: PartitionId): void {
    const held = this.heldByName.get(nameOf(at));
    if (held === undefined || held.isMoving || held.loss !== undefined || !this.#taking) return;
    held.loss = {
      ...idOf(held),
      ...UNKNOWN_ENDS,
      committed: held.committed,
      position: held.tracker.position,
    };
    this.#session.pause([idOf(at)]);
    void this.#lost.settle(held, { mover: this.#mover, isCurrent: () => this.#taking });
  }

  /** @throws {SourceError} */
  async seek({ topic, partition, to }: SeekOrder, onMove: OnMove): Promise<SeekOutcome> {
    const held = this.heldByName.get(nameOf({ topic, partition }));
    if (held === undefined) return { kind: 'not_held', held: [...this.heldByName.keys()] };
    const outcome = await this.#mover.seek(held, to, onMove);
    if (outcome.kind === 'done') this.#lost.forget(held);
    return outcome;
  }

  /** Stops intake, drains, commits and fences; once, whoever asks. True where all is committed. */
  release(drainMs: number): Promise<boolean> {
    this.#released ??= this.#release(drainMs);
    return this.#released;
  }

  async #release(drainMs: number): Promise<boolean> {
    this.#taking = false;
    this.#session.pause(this.#session.partitions);
    const leases: readonly TrackedLease[] = [...this.heldByName.values()].map(({ lease }) => lease);
    await this.#consumer.drain(leases satisfies readonly PartitionLease[], drainMs);
    const isCommitted = await this.#committer.end(COMMIT_BUDGET_MS);
    for (const lease of leases) lease.fence();
    return isCommitted;
  }

  #assign(at: CommittedOffset, { generation, before, commits }: AssignedAfter): HeldPartition {
    const known = isKept(at, before)
      ? this.#newsFor(before, at, commits)
      : this.#knownOf(at, commits);
    const recalled = before && { ...before.tracker.recalled };
    const onFlow = (lease: TrackedLease): void => this.#onFlow(this.heldByName.get(nameOf(lease)));
    const held = HeldPartition.assign(at, { generation, former: before, known, onFlow });
    if (recalled !== undefined && held.tracker === before?.tracker) {
      this.#skips.count(at.topic, recalled, held.tracker.recalled);
    }
    return held;
  }

  /** A loss of an earlier generation stays one, although the log may have grown past it. */
  #begin(offsets: readonly CommittedOffset[], former: AssignmentOptions['former']): void {
    const going: PartitionId[] = [];
    for (const at of offsets) {
      const held = this.heldByName.get(nameOf(at));
      if (held === undefined) continue;
      const before = former.get(nameOf(at));
      held.loss = at.isFirst === true ? undefined : this.#lost.known(at, before);
      if (held.loss === undefined) going.push(idOf(at));
      else this.#session.pause([idOf(at)]);
    }
    this.#session.resume(going);
  }

  #onFlow(held: HeldPartition | undefined): void {
    if (!this.#taking || held === undefined) return;
    if (held.isHeldBack) this.#session.pause([idOf(held)]);
    else this.#session.resume([idOf(held)]);
  }

  /** What another has left beside the commit who had the partition since this member did. */
  #newsFor(
    before: HeldPartition,
    at: CommittedOffset,
    { place }: OffsetCommitterOptions,
  ): readonly KnownRecords[] {
    return at.metadata === before.metadata ? [] : this.#mapOf(at, { ...place, ...idOf(at) });
  }

  /** What the commit and this node's journal say was done above it, unless the group was reset. */
  #knownOf(at: CommittedOffset, commits: OffsetCommitterOptions): readonly KnownRecords[] {
    const place = { ...commits.place, ...idOf(at) };
    const recalled = commits.journal?.recall(place, at.offset);
    if (recalled?.kind === 'reset') {
      this.#log.warn('kafka.group_was_reset', GROUP_RESET, {
        ...idOf(at),
        committed: at.offset,
        acknowledged: recalled.acknowledged,
      });
      return [];
    }
    const journal = recalled && new KnownRecords('journal', recalled.map);
    return [...(journal === undefined ? [] : [journal]), ...this.#mapOf(at, place)];
  }

  #tellJournal({ journal, place }: OffsetCommitterOptions): void {
    const held = [...this.heldByName.values()];
    journal?.hold(
      held.map((one) => ({ ...place, ...idOf(one), toMap: () => one.tracker.toUncommitted() })),
    );
  }

  #mapOf(at: CommittedOffset, place: OffsetMapPlace): KnownRecords[] {
    const found = unpackMap(at.metadata, place);
    if (found === undefined) return [];
    const reason = found.kind === 'ignored' ? found.reason : mismatchOf(found.map, at);
    if (found.kind === 'map' && reason === undefined) {
      return [new KnownRecords('offset_map', found.map)];
    }
    this.#log.warn('kafka.offset_map_ignored', MAP_IGNORED, { ...idOf(at), reason });
    return [];
  }

  #tellRefuted(held: HeldPartition): void {
    for (const { from, refutedAt } of held.takeRefuted()) {
      const reason = `the log holds another record at offset ${refutedAt}`;
      this.#log.warn('kafka.offset_map_ignored', MAP_IGNORED, { ...idOf(held), from, reason });
    }
  }
}

const GROUP_RESET =
  'the group stands below what this node saw acknowledged: what was done since is called again';
const UNKNOWN_ENDS = { logStart: undefined, logEnd: undefined, action: 'held' } as const;

const MAP_IGNORED =
  'what was done above the committed offset is not known: records may be called again';

/** Why a map does not go with the offset that it came with. */
function mismatchOf({ base }: OffsetMap, { offset }: CommittedOffset): string | undefined {
  if (base === offset) return undefined;
  return `it was written for offset ${base} and the group stands at ${offset}`;
}

function takeNew(
  batch: FetchedBatch,
  { tracker, lease }: HeldPartition,
  { skips, keyedHash }: { readonly skips: SkipCounters; readonly keyedHash: KeyedHash | undefined },
): SourceRecord[] {
  const records: SourceRecord[] = [];
  const before = { ...tracker.recalled };
  for (const raw of batch.records) {
    const record = new KafkaRecord(raw, lease, keyedHash);
    if (!Number.isSafeInteger(record.offset)) throw unsafeOffset(batch, raw.offset);
    const fingerprint = recordFingerprint(record.timestampMs, record.keySha256);
    if (tracker.take(record.offset, record.timestampMs, fingerprint)) records.push(record);
  }
  skips.count(batch.topic, before, tracker.recalled);
  return records;
}

function unsafeOffset({ topic, partition }: PartitionId, offset: string): SourceError {
  return new SourceError('SOURCE_CORRUPT', `offset ${offset} is past 2^53`, {
    kind: 'fault',
    details: { topic, partition },
  });
}

function idOf({ topic, partition }: PartitionId): PartitionId {
  return { topic, partition };
}
