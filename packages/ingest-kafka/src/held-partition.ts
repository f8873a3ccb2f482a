import {
  type KnownRecords,
  type OffsetLoss,
  type OffsetMapSize,
  OffsetTracker,
  type PartitionStatus,
  TrackedLease,
} from '@netscope/domain';

import type { CommittedOffset, PartitionId } from './group-session.ts';
import { METADATA_CHARS_MAX } from './offset-metadata.ts';

/** What is known of one partition, from its first assignment until it is lost. */
export class HeldPartition implements PartitionId {
  readonly topic: string;
  readonly partition: number;
  /** Of the present generation, and since the last seek. */
  lease: TrackedLease;
  /** What the group has, as far as a broker acknowledged it. */
  committed: number;
  /** What is beside that commit, as this member read or wrote it. */
  metadata: string;
  /** Revision of the tracker whose map went with that commit. */
  committedRevision = 0;
  /** How far the last map had to be cut (`packMap`). */
  mapLevel = 0;
  /** Of the map that goes with the last commit. */
  mapSize: OffsetMapSize = { bytes: 0, bytesMax: METADATA_CHARS_MAX };
  /** Held back until what is done above the committed offset fits the commit again. */
  isFull = false;
  /** The log's first and next offset, as last heard. */
  logStart = 0;
  logEnd: number | undefined;
  /** When the record was stamped that is next to be committed, where nothing is taken of it. */
  nextStamp: { readonly offset: number; readonly timestampMs: number } | undefined;
  /** Held back because the log does not hold where it stands. */
  loss: OffsetLoss | undefined;
  /** On its way to another offset: nothing is taken or committed. */
  isMoving = false;

  /** What an earlier life left to know; that its words were refuted is told once. */
  known: readonly KnownRecords[];
  readonly #refutedTold = new Set<KnownRecords>();

  private constructor(
    lease: TrackedLease,
    { offset, metadata }: CommittedOffset,
    known: readonly KnownRecords[],
  ) {
    this.topic = lease.topic;
    this.partition = lease.partition;
    this.lease = lease;
    this.committed = offset;
    this.metadata = metadata;
    this.known = known;
  }

  /**
   * The partition in a new generation, reading from the group's committed offset. What `known` says
   * was settled above it is known; and what this member settled, where `former` is what it held just
   * before and the group was not reset below what it had acknowledged to us. Another may have had the
   * partition in between, where this member was given up without hearing of it.
   */
  static assign(
    at: CommittedOffset,
    options: {
      readonly generation: number;
      readonly former: HeldPartition | undefined;
      readonly known: readonly KnownRecords[];
      readonly onFlow: (lease: TrackedLease) => void;
    },
  ): HeldPartition {
    const { former, generation, known, onFlow } = options;
    const kept = isKept(at, former) ? former : undefined;
    const tracker = kept?.tracker ?? new OffsetTracker(at.offset, known);
    kept?.tracker.rewind(at.offset);
    kept?.tracker.learn(known);
    const { topic, partition } = at;
    const lease = new TrackedLease({ topic, partition, generation, tracker, onFlow });
    const held = new HeldPartition(lease, at, [...(kept?.knownStill(known) ?? []), ...known]);
    held.logEnd = former?.logEnd;
    return held;
  }

  /** What was refuted since this was last asked. */
  takeRefuted(): readonly KnownRecords[] {
    const refuted = this.known.filter(
      (known) => known.refutedAt !== undefined && !this.#refutedTold.has(known),
    );
    for (const known of refuted) this.#refutedTold.add(known);
    return refuted;
  }

  /** What of it may still be refuted, beside `newer`: a newer map of the group says all of an older. */
  knownStill(newer: readonly KnownRecords[]): readonly KnownRecords[] {
    return this.known.filter(
      ({ from, refutedAt }) =>
        refutedAt === undefined && (newer.length === 0 || from !== 'offset_map'),
    );
  }

  get tracker(): OffsetTracker {
    return this.lease.tracker;
  }

  /** True while nothing of it is to be fetched. */
  get isHeldBack(): boolean {
    return this.lease.paused || this.isFull || this.isMoving || this.loss !== undefined;
  }

  /** Reads on from `offset`, which the group has; nothing that was settled before is known. */
  restart(offset: number, generation: number): void {
    this.committed = offset;
    this.metadata = '';
    this.committedRevision = 0;
    this.mapLevel = 0;
    this.mapSize = { ...this.mapSize, bytes: 0 };
    this.isFull = false;
    this.loss = undefined;
    this.known = [];
    this.#renew(new OffsetTracker(offset), generation);
  }

  /** Reads on from the committed offset as after a rebalance: what was settled above it is known. */
  resumeFromCommitted(generation: number): void {
    this.tracker.rewind(this.committed);
    this.#renew(this.tracker, generation);
  }

  get lagRecords(): number | undefined {
    if (this.logEnd === undefined) return undefined;
    return Math.max(0, this.logEnd - this.nextOffset);
  }

  /**
   * The first offset of the log that is not committed. Where the log ended below what is committed it
   * is another log by now, and none of it is.
   */
  get nextOffset(): number {
    const { loss } = this;
    if (loss?.logEnd !== undefined && this.committed > loss.logEnd) return this.logStart;
    return Math.max(this.logStart, this.committed);
  }

  /** Age of the oldest record not committed, seconds; `undefined` where it is not known. */
  lagSeconds(wallMs: number): number | undefined {
    const lag = this.lagRecords;
    if (lag === undefined || lag === 0) return lag;
    const { nextStamp } = this;
    const asked = nextStamp?.offset === this.nextOffset ? nextStamp.timestampMs : undefined;
    const oldestMs = this.tracker.oldestTimestampMs ?? asked;
    // Kafka says -1 of a record that has no timestamp.
    if (oldestMs === undefined || oldestMs < 0) return undefined;
    return Math.max(0, wallMs - oldestMs) / 1000;
  }

  status(wallMs: number): PartitionStatus {
    return {
      topic: this.topic,
      partition: this.partition,
      position: this.tracker.position,
      committed: this.committed,
      lagRecords: this.lagRecords,
      lagSeconds: this.lagSeconds(wallMs),
      paused: this.isHeldBack,
      lost: this.loss,
      offsetMap: this.mapSize,
    };
  }

  #renew(tracker: OffsetTracker, generation: number): void {
    this.lease.fence();
    const { topic, partition, onFlow } = this.lease;
    this.lease = new TrackedLease({ topic, partition, generation, tracker, onFlow });
  }
}

/** Whether the tracker of the generation before goes on: the group was not reset, nor its topic made anew. */
export function isKept(
  at: CommittedOffset,
  former: HeldPartition | undefined,
): former is HeldPartition {
  return former !== undefined && at.isFirst !== true && at.offset >= former.committed;
}
