import {
  type PartitionControl,
  type PartitionLease,
  type RecordConsumer,
  type SeekOrder,
  type SeekOutcome,
  SourceError,
} from '@netscope/domain';

import type { GroupSession, PartitionId, PartitionOffset } from './group-session.ts';
import type { HeldPartition } from './held-partition.ts';
import type { OffsetCommitter, OffsetCommitterOptions } from './offset-committer.ts';

export interface PartitionMoverOptions {
  readonly session: GroupSession;
  readonly consumer: RecordConsumer;
  readonly committer: OffsetCommitter;
  readonly commits: Pick<OffsetCommitterOptions, 'clock' | 'journal' | 'place'>;
  /** The longest that a partition is drained before it moves, ms. */
  readonly drainMs: number;
  /** A number for a new lease, distinct from all before. */
  readonly newGeneration: () => number;
  /** False once the generation ends. */
  readonly isCurrent: () => boolean;
}

/**
 * Brokers answer in milliseconds, or not while an outage lasts. A seek that is this old by then is not
 * made: whoever asked was told that there is no answer, and may have thought better of it.
 */
const ANSWER_MS = 5000;

/** Told of a move before it is made; it waits, and ends where this rejects. */
export type OnMove = Parameters<PartitionControl['seek']>[1];

/** Moves partitions of one generation to other offsets, one move of a partition at a time. */
export class PartitionMover {
  readonly #options: PartitionMoverOptions;

  constructor(options: PartitionMoverOptions) {
    this.#options = options;
  }

  /** Where the order is within the log: drains, commits the new offset, reads on from there. */
  async seek(
    held: HeldPartition,
    to: SeekOrder['to'],
    onMove: OnMove,
  ): Promise<Exclude<SeekOutcome, NotHeld>> {
    const { clock } = this.#options.commits;
    const askedAtMs = clock.monotonicMs();
    const { start, end } = await this.ends(held);
    held.logStart = start;
    held.logEnd = end;
    if (clock.monotonicMs() - askedAtMs > ANSWER_MS) {
      throw unavailable(
        'the brokers told the ends of the log too late, nothing was moved: ask again',
      );
    }
    const offset = typeof to === 'number' ? to : { earliest: start, latest: end }[to];
    if (offset < start || offset > end) {
      return { kind: 'out_of_range', logStart: start, logEnd: end };
    }
    const from = await this.#move(held, offset, onMove);
    return { kind: 'done', from, offset };
  }

  /** The first and the next offset of a log. @throws {SourceError} */
  async ends(at: PartitionId): Promise<{ readonly start: number; readonly end: number }> {
    const asked = [{ topic: at.topic, partition: at.partition }];
    const { session } = this.#options;
    const [[first], [next]] = await Promise.all([
      session.logOffsets(asked, 'earliest'),
      session.logOffsets(asked, 'latest'),
    ]);
    if (first === undefined || next === undefined) {
      throw unavailable(`the broker tells no ends of ${at.topic}/${at.partition}`);
    }
    return { start: first.offset, end: next.offset };
  }

  /** Reads on from where the partition stands. */
  goOn(held: HeldPartition): void {
    const { session, isCurrent } = this.#options;
    if (!isCurrent()) return;
    const { topic, partition } = held;
    session.seek({ topic, partition, offset: held.tracker.position });
    if (!held.isHeldBack) session.resume([{ topic, partition }]);
  }

  /** Answers where the group stood. */
  async #move(held: HeldPartition, offset: number, onMove: OnMove): Promise<number> {
    if (held.isMoving) throw unavailable('another seek of this partition is under way');
    this.#requireCurrent();
    const { topic, partition } = held;
    const { session, consumer, committer, drainMs, newGeneration, isCurrent } = this.#options;
    held.isMoving = true;
    session.pause([{ topic, partition }]);
    try {
      await consumer.drain([held.lease satisfies PartitionLease], drainMs);
      await committer.quiet();
      this.#requireCurrent();
      const from = held.committed;
      await onMove({ from, offset });
      this.#requireCurrent();
      await session.commit([{ topic, partition, offset, metadata: '' }]);
      this.#tellJournal({ topic, partition, offset });
      held.restart(offset, newGeneration());
      return from;
    } catch (error) {
      // Else its records are the next generation's already.
      if (isCurrent()) held.resumeFromCommitted(newGeneration());
      throw error;
    } finally {
      held.isMoving = false;
      this.goOn(held);
    }
  }

  /** To go back is to reset the group: what was done above the new offset does not count. */
  #tellJournal({ topic, partition, offset }: PartitionOffset): void {
    const { journal, place } = this.#options.commits;
    const at = { ...place, topic, partition };
    if (journal?.recall(at, offset)?.kind !== 'reset') journal?.noteCommitted([{ ...at, offset }]);
  }

  #requireCurrent(): void {
    if (!this.#options.isCurrent()) throw unavailable('the group is rebalancing: ask again');
  }
}

type NotHeld = Extract<SeekOutcome, { readonly kind: 'not_held' }>;

function unavailable(message: string): SourceError {
  return new SourceError('SOURCE_UNAVAILABLE', message, { kind: 'transient' });
}
