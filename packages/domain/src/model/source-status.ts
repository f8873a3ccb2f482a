import type { OffsetLoss } from './offset-loss.ts';

/** One assigned partition as its source sees it. */
export interface PartitionStatus {
  readonly topic: string;
  readonly partition: number;
  /** Next offset to be handed over. */
  readonly position: number;
  /** Next offset to read after a restart; absent before the first commit. */
  readonly committed: number | undefined;
  /** Log end minus committed; absent until it was asked. */
  readonly lagRecords: number | undefined;
  /** Age of the oldest record not yet committed, seconds; 0 with no lag. */
  readonly lagSeconds: number | undefined;
  readonly paused: boolean;
  /** Held until an operator seeks: the log does not hold the offset at which it stands. */
  readonly lost: OffsetLoss | undefined;
  /** The offset map that went with the last commit; absent where commits carry none. */
  readonly offsetMap: OffsetMapSize | undefined;
}

/** What done records above a committed offset take in the commit, bytes. */
export interface OffsetMapSize {
  readonly bytes: number;
  /** Its bound: what the broker takes, as far as is known. The partition pauses before. */
  readonly bytesMax: number;
}

/** A source's health and position, read at any time without waiting. */
export interface SourceStatus {
  readonly kind: 'kafka' | 'embedded';
  /** True from the first assignment on. */
  readonly assigned: boolean;
  readonly state: 'starting' | 'running' | 'rebalancing' | 'disconnected' | 'stopped';
  /** Why, where the state is not `running`. */
  readonly reason: string | undefined;
  /** Topics to be read that are not in the cluster, as far as this process knows. */
  readonly missingTopics: readonly string[];
  readonly partitions: readonly PartitionStatus[];
}
