import type { Log, MetricsRecorder, OffsetLoss, Timers } from '@netscope/domain';

import type { CommittedOffset, PartitionId } from './group-session.ts';
import type { HeldPartition } from './held-partition.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { PartitionMover } from './partition-mover.ts';
import { nameOf } from './partition-name.ts';

/** Between two looks at a broker that does not answer, or that contradicts itself. */
const RETRY_MS = 1000;

export interface LostOffsetsOptions {
  readonly policy: KafkaSettings['onOffsetLost'];
  /** Told once for each loss; what is skipped is skipped only when it resolves. */
  readonly onOffsetLost: (loss: OffsetLoss) => Promise<void>;
  readonly timers: Timers;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
}

export interface LostIn {
  readonly mover: PartitionMover;
  /** False once the generation ends. */
  readonly isCurrent: () => boolean;
}

/**
 * What becomes of partitions whose log does not hold where the group stands: retention overtook it,
 * the topic was made anew, the log was cut. Lives as long as the source, so that a loss is told once
 * and stays one over rebalances, even where the log has grown past the offset since.
 */
export class LostOffsets {
  readonly #options: LostOffsetsOptions;
  readonly #lossByName = new Map<string, OffsetLoss>();

  constructor(options: LostOffsetsOptions) {
    this.#options = options;
  }

  /**
   * The loss that a partition is in since an earlier generation, the group standing where it did, or
   * where `before`, which this member held, has brought it since: calls in flight end and are committed.
   */
  known(at: CommittedOffset, before: HeldPartition | undefined): OffsetLoss | undefined {
    const loss = this.#lossByName.get(nameOf(at));
    if (loss?.action !== 'held') return undefined;
    if (at.offset !== loss.committed && at.offset !== before?.committed) return undefined;
    const since = { ...loss, committed: at.offset };
    this.#lossByName.set(nameOf(at), since);
    return since;
  }

  /** Somebody has moved the partition on. */
  forget(at: PartitionId): void {
    this.#lossByName.delete(nameOf(at));
  }

  /** Takes a partition on that was paused for the broker's word; never rejects. */
  async settle(held: HeldPartition, lostIn: LostIn): Promise<void> {
    while (lostIn.isCurrent()) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- another attempt follows on a failed one
        return await this.#settle(held, lostIn);
      } catch (error) {
        this.#options.log.error('kafka.offset_lost_unsettled', error, nameFields(held));
        // oxlint-disable-next-line no-await-in-loop
        await this.#pause();
      }
    }
  }

  async #settle(held: HeldPartition, { mover, isCurrent }: LostIn): Promise<void> {
    const { start, end } = await mover.ends(held);
    const { position } = held.tracker;
    if (position >= start && position <= end) {
      // A fetch from before a seek, or a leader that had yet to catch up.
      await this.#pause();
      held.loss = undefined;
      return mover.goOn(held);
    }
    const { policy } = this.#options;
    const action = policy === 'pause' ? 'held' : policy;
    const { topic, partition, committed } = held;
    const loss: OffsetLoss = {
      topic,
      partition,
      committed,
      position,
      logStart: start,
      logEnd: end,
      action,
    };
    if (!isCurrent()) return;
    held.loss = loss;
    held.logStart = start;
    held.logEnd = end;
    await this.#tell(loss);
    if (policy === 'pause') return;
    await mover.seek(held, policy, TOLD_BEFORE);
    this.forget(held);
  }

  async #tell(loss: OffsetLoss): Promise<void> {
    const told = this.#lossByName.get(nameOf(loss));
    if (told?.committed === loss.committed && told.position === loss.position) return;
    this.#lossByName.set(nameOf(loss), loss);
    const { topic, partition, committed, position, logStart, logEnd, action } = loss;
    this.#options.metrics.counter('offsets_lost_total', { topic, action }).inc();
    this.#options.log.warn('kafka.offset_lost', WORDS[action], {
      topic,
      partition,
      committed,
      position,
      log_start: logStart,
      log_end: logEnd,
    });
    await this.#options.onOffsetLost(loss);
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timers.set(resolve, RETRY_MS);
    });
  }
}

/** The loss is durable in the audit trail, with what is done about it. */
const TOLD_BEFORE = async (): Promise<void> => undefined;

const WORDS = {
  held: 'the log does not hold the offset of the group: the partition is held until an operator seeks',
  earliest: 'the log does not hold the offset of the group: reading goes on at its first one',
  latest: 'the log does not hold the offset of the group: reading goes on at its end',
} as const;

function nameFields({ topic, partition }: PartitionId): { topic: string; partition: number } {
  return { topic, partition };
}
