import {
  type Clock,
  type Counter,
  type DeliveryJournal,
  doneWithin,
  type Log,
  type MetricsRecorder,
  type OffsetMapPlace,
  type TimerHandle,
  type Timers,
} from '@netscope/domain';

import type { CommittedOffset, GroupSession } from './group-session.ts';
import type { HeldPartition } from './held-partition.ts';
import { METADATA_CHARS_MAX, packMap } from './offset-metadata.ts';
import { isMetadataTooLarge } from './translate-kafka-error.ts';

export interface OffsetCommitterOptions {
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  /** Whose offsets they are. */
  readonly place: Pick<OffsetMapPlace, 'cluster' | 'group'>;
  /** Of this node; absent where it keeps none. */
  readonly journal: DeliveryJournal | undefined;
}

/** More records above the committed offset are not read: a restart would read them all again. */
const SPAN_MAX = 65_536;
/** Below this a map says too little to be worth its room. */
const METADATA_CHARS_LEAST = 256;

/** After a failure the next attempt waits this long at least. */
const RETRY_MS = 250;
/** Of one run of failures, one is logged in this time. */
const TELL_INTERVAL_MS = 10_000;

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
  readonly #onFull: (held: HeldPartition) => void;
  /** What the broker takes; 0 where it takes too little. */
  #charsMax = METADATA_CHARS_MAX;
  #timer: TimerHandle | undefined;
  #ended = false;
  #underWay: Promise<boolean> | undefined;
  /** Monotonic, of the failure that was logged last in this run of them. */
  #toldAtMs = -Infinity;

  constructor(
    options: OffsetCommitterOptions,
    session: GroupSession,
    partitions: {
      readonly held: readonly HeldPartition[];
      /** Told each change of a partition's `isFull`. */
      readonly onFull: (held: HeldPartition) => void;
    },
  ) {
    this.#options = options;
    this.#session = session;
    this.#held = partitions.held;
    this.#onFull = partitions.onFull;
    this.#errors = options.metrics.counter('commit_errors_total', {});
    this.#schedule(options.intervalMs);
  }

  /**
   * Commits all that is settled, trying again for `budgetMs`; then no more. A broker that hangs has
   * an answer under way for longer than that, which is not waited for. True where all is committed;
   * never rejects.
   */
  async end(budgetMs: number): Promise<boolean> {
    this.#ended = true;
    const { timers } = this.#options;
    if (this.#timer !== undefined) timers.clear(this.#timer);
    const ended = { isDone: false };
    const rest = this.#commitTheRest(budgetMs).then((isDone) => (ended.isDone = isDone));
    await doneWithin(rest, budgetMs, timers);
    return ended.isDone;
  }

  async #commitTheRest(budgetMs: number): Promise<boolean> {
    const { clock } = this.#options;
    const deadlineMs = clock.monotonicMs() + budgetMs;
    await this.#underWay;
    for (;;) {
      // Each attempt must see what the one before it left.
      // oxlint-disable-next-line no-await-in-loop
      if (await this.#commit()) return true;
      if (clock.monotonicMs() + RETRY_MS >= deadlineMs) return false;
      // oxlint-disable-next-line no-await-in-loop
      await new Promise<void>((resolve) => {
        this.#options.timers.set(resolve, RETRY_MS);
      });
    }
  }

  /** Resolves when no commit is under way. */
  async quiet(): Promise<void> {
    await this.#underWay;
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

  /** True where nothing is left to be committed. Never rejects: whatever goes wrong, another comes. */
  async #commit(): Promise<boolean> {
    try {
      return await this.#commitMoved();
    } catch (error) {
      return this.#failed(error, this.#held.length);
    }
  }

  async #commitMoved(): Promise<boolean> {
    const moved = this.#held.filter(hasMoved);
    if (await this.#commitAll(moved)) return true;
    // Of a topic that was deleted nothing is taken; but a broker may only not know of it yet.
    const gone = this.#session.missingTopics();
    const there = moved.filter(({ topic }) => !gone.includes(topic));
    return there.length < moved.length && this.#commitAll(there);
  }

  /** False where the broker did not take them. */
  async #commitAll(moved: readonly HeldPartition[]): Promise<boolean> {
    if (moved.length === 0) return true;
    const revisions = moved.map(({ tracker }) => tracker.revision);
    const offsets = moved.map((held) => this.#toCommit(held));
    try {
      await this.#commitOnce(offsets);
    } catch (error) {
      return this.#failed(error, moved.length);
    }
    this.#toldAtMs = -Infinity;
    for (const [index, held] of moved.entries()) {
      held.committed = offsets[index]?.offset ?? held.committed;
      held.metadata = offsets[index]?.metadata ?? held.metadata;
      held.committedRevision = revisions[index] ?? 0;
      held.tracker.noteCommitted(held.committed);
      this.#counterOf(held.topic).inc();
    }
    const { journal, place } = this.#options;
    journal?.noteCommitted(offsets.map((at) => ({ ...place, ...at })));
    return true;
  }

  /** Counts it, and logs one in a while: an outage fails four a second. */
  #failed(error: unknown, partitions: number): false {
    this.#errors.inc();
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#toldAtMs < TELL_INTERVAL_MS) return false;
    this.#toldAtMs = nowMs;
    this.#options.log.error('kafka.commit_failed', error, { partitions });
    return false;
  }

  /** A broker that takes less metadata gets the offsets without, and smaller maps from then on. */
  async #commitOnce(offsets: readonly CommittedOffset[]): Promise<void> {
    try {
      await this.#session.commit(offsets);
    } catch (error) {
      if (!isMetadataTooLarge(error)) throw error;
      const half = Math.floor(this.#charsMax / 2);
      this.#charsMax = half < METADATA_CHARS_LEAST ? 0 : half;
      this.#options.log.warn(
        'kafka.offset_map_refused',
        'the broker takes less metadata with a commit (offset.metadata.max.bytes): more may be repeated after a restart',
        { chars_max: this.#charsMax },
      );
      await this.#session.commit(offsets.map((at) => ({ ...at, metadata: '' })));
    }
  }

  #toCommit(held: HeldPartition): CommittedOffset {
    const { topic, partition, tracker } = held;
    const place = { ...this.#options.place, topic, partition };
    const map = tracker.toMap();
    const bounds = { charsMax: this.#charsMax, level: held.mapLevel };
    const { text, level, isFull } = packMap(map, place, bounds);
    held.mapLevel = level;
    held.mapSize = { bytes: text.length, bytesMax: this.#charsMax };
    // A small broker's bound costs repeats, not throughput.
    const isMapFull = isFull && this.#charsMax === METADATA_CHARS_MAX;
    this.#setFull(held, isMapFull || tracker.span > SPAN_MAX);
    return { topic, partition, offset: map.base, metadata: text };
  }

  #setFull(held: HeldPartition, isFull: boolean): void {
    if (held.isFull === isFull) return;
    held.isFull = isFull;
    this.#onFull(held);
  }

  #counterOf(topic: string): Counter {
    const known = this.#commits.get(topic);
    if (known !== undefined) return known;
    const counter = this.#options.metrics.counter('commits_total', { topic });
    this.#commits.set(topic, counter);
    return counter;
  }
}

/** One on its way to another offset is committed by whoever moves it. */
function hasMoved({ tracker, committed, committedRevision, isMoving }: HeldPartition): boolean {
  if (isMoving) return false;
  return tracker.committable > committed || tracker.revision !== committedRevision;
}
