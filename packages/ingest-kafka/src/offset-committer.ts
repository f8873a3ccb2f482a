import type { Clock, Counter, Log, MetricsRecorder, TimerHandle, Timers } from '@netscope/domain';

import type { CommittedOffset, GroupSession } from './group-session.ts';
import type { HeldPartition } from './held-partition.ts';

export interface OffsetCommitterOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
}

/** After a failure the next attempt waits this long at least. */
const RETRY_MS = 250;

/**
 * Commits what moved, every interval, one request at a time. It commits in the session that it was
 * given, and never after `end`.
 */
export class OffsetCommitter {
  readonly #options: OffsetCommitterOptions;
  readonly #session: GroupSession;
  readonly #held: readonly HeldPartition[];
  readonly #commits = new Map<string, Counter>();
  readonly #errors: Counter;
  #timer: TimerHandle | undefined;
  #ended = false;
  #underWay: Promise<boolean> | undefined;

  constructor(
    options: OffsetCommitterOptions,
    session: GroupSession,
    held: readonly HeldPartition[],
  ) {
    this.#options = options;
    this.#session = session;
    this.#held = held;
    this.#errors = options.metrics.counter('commit_errors_total', {});
    this.#schedule(options.intervalMs);
  }

  /** Commits all that is settled, trying again for `budgetMs`; then no more. Never rejects. */
  async end(budgetMs: number): Promise<void> {
    this.#ended = true;
    if (this.#timer !== undefined) this.#options.timers.clear(this.#timer);
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + budgetMs;
    await this.#underWay;
    // Each attempt must see what the one before it left.
    // oxlint-disable-next-line no-await-in-loop
    while (!(await this.#commit()) && clock.monotonicMs() + RETRY_MS < deadlineMs) {
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => {
        this.#options.timers.set(resolve, RETRY_MS);
      });
    }
  }

  #schedule(delayMs: number): void {
    this.#timer = this.#options.timers.set(() => void this.#commitAndGoOn(), delayMs);
  }

  async #commitAndGoOn(): Promise<void> {
    this.#underWay = this.#commit();
    const isDone = await this.#underWay;
    const { intervalMs } = this.#options;
    if (!this.#ended) this.#schedule(isDone ? intervalMs : Math.max(RETRY_MS, intervalMs));
  }

  /** True where nothing is left to be committed. */
  async #commit(): Promise<boolean> {
    const moved = this.#held.filter((held) => held.tracker.committable > held.committed);
    if (moved.length === 0) return true;
    const offsets = moved.map(toOffset);
    try {
      await this.#session.commit(offsets);
    } catch (error) {
      this.#errors.inc();
      this.#options.log.error('kafka.commit_failed', error, { partitions: moved.length });
      return false;
    }
    for (const [index, held] of moved.entries()) {
      held.committed = offsets[index]?.offset ?? held.committed;
      this.#counterOf(held.topic).inc();
    }
    return true;
  }

  #counterOf(topic: string): Counter {
    const known = this.#commits.get(topic);
    if (known !== undefined) return known;
    const counter = this.#options.metrics.counter('commits_total', { topic });
    this.#commits.set(topic, counter);
    return counter;
  }
}

function toOffset({ topic, partition, tracker }: HeldPartition): CommittedOffset {
  return { topic, partition, offset: tracker.committable, metadata: '' };
}
