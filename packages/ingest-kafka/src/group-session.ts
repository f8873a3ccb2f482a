import type { SourceError } from '@netscope/domain';

export interface PartitionId {
  readonly topic: string;
  readonly partition: number;
}

export interface PartitionOffset extends PartitionId {
  /** The next offset to be read. */
  readonly offset: number;
}

/** A commit: the offset, and what we keep beside it in the group. */
export interface CommittedOffset extends PartitionOffset {
  /** Any text of ours or of a stranger; empty where there is none. */
  readonly metadata: string;
  /** The group stood nowhere: it begins here, and nothing that was known before counts. */
  readonly isFirst?: boolean;
}

/** A header as the protocol brings it. */
export interface RawHeader {
  readonly key: string;
  readonly value: Uint8Array | null;
}

/** A record as decoded, numbers still text. */
export interface RawRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headerList?: readonly RawHeader[] | undefined;
}

/** What one partition held from one offset to another. */
export interface FetchedBatch extends PartitionId {
  /** In which it was asked for. */
  readonly generation: number;
  readonly fetchedOffset: number;
  /** The offset after it; records missing before it are not in the log. */
  readonly nextOffset: number;
  /** The log's end when it was read. */
  readonly highWatermark: number;
  readonly records: readonly RawRecord[];
}

/** This member in one generation of its group. What it commits counts in that generation alone. */
export interface GroupSession {
  /** By which the group knows it; another after each time that it was given up. */
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly PartitionId[];
  /** Of the topics that are to be read, those that the cluster does not hold, as last heard. */
  missingTopics(): readonly string[];
  /** What the group has committed; partitions without a commit are absent. @throws {SourceError} */
  committed(): Promise<readonly CommittedOffset[]>;
  /** The same of every partition of the group, other members' too. @throws {SourceError} */
  committedOfAll(): Promise<readonly CommittedOffset[]>;
  /** The log's first or next offset of partitions. @throws {SourceError} */
  logOffsets(
    partitions: readonly PartitionId[],
    end: 'earliest' | 'latest',
  ): Promise<readonly PartitionOffset[]>;
  /** One attempt. @throws {SourceError} */
  commit(offsets: readonly CommittedOffset[]): Promise<void>;
  pause(partitions: readonly PartitionId[]): void;
  resume(partitions: readonly PartitionId[]): void;
  seek(position: PartitionOffset): void;
}

/** What a group member tells; each promise holds the group up until it resolves. */
export interface GroupListener {
  onAssign(session: GroupSession): Promise<void>;
  /** Before the generation is given up, whatever the reason. */
  onRevoke(): Promise<void>;
  /** False leaves the position where it was: the batch comes again. */
  onBatch(batch: FetchedBatch): boolean;
  onOffsetLost(at: PartitionId): void;
  /** A broker answered. */
  onContact(): void;
  /** A broker can't be reached or doesn't answer. */
  onTrouble(reason: string): void;
  /** The member fell over; it comes back by itself where `isFinal` is false. */
  onCrash(error: SourceError, isFinal: boolean): void;
}
