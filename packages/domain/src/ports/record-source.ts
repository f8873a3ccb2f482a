import type { SourceRecord } from '../model/source-record.ts';
import type { SourceStatus } from '../model/source-status.ts';
import type { TriesSpent } from '../model/tries-spent.ts';

/**
 * One partition as held in one generation. After its fence no acknowledgement of it is committed.
 * Pausing twice is pausing once; records already fetched may still arrive after a pause.
 */
export interface PartitionLease {
  readonly topic: string;
  readonly partition: number;
  /** Distinct for each assignment of the same partition. */
  readonly generation: number;
  /** True once the partition was revoked and drained. */
  readonly fenced: boolean;
  pause(): void;
  resume(): void;
  /** The record is settled: its outcome is final and its audit event durable. In any order. */
  acknowledge(offset: number): void;
  /** What was spent on a record before, by this process or one before it; `undefined` for nothing. */
  spentOn(offset: number): TriesSpent | undefined;
  /** Keeps what was spent on a record that is not settled, as far as the source can. */
  noteSpent(offset: number, spent: TriesSpent): void;
}

/** Who takes a source's records. */
export interface RecordConsumer {
  /**
   * Takes records of one lease over, in offset order, each offset once a lease. Returns at once and
   * never throws; every record is acknowledged in the end or dropped by a drain.
   */
  accept(records: readonly SourceRecord[], lease: PartitionLease): void;
  /**
   * Forgets what was not begun of these leases and resolves when nothing of theirs is in flight, or
   * `budgetMs` later with what is left aborted.
   */
  drain(leases: readonly PartitionLease[], budgetMs: number): Promise<void>;
}

/**
 * An at-least-once stream of records per partition. An offset is committed only when every lower
 * one of its partition is acknowledged. On revoke and on abort: intake stops, the consumer drains,
 * acknowledged offsets are committed, the leases are fenced.
 */
export interface RecordSource {
  /**
   * Hands records to `consumer` until `signal` aborts; resolves when drained and committed. Outages
   * are ridden out.
   * @throws {SourceError} when it cannot start within its budget or cannot go on at all.
   */
  run(consumer: RecordConsumer, signal: AbortSignal): Promise<void>;
  status(): SourceStatus;
}
