import {
  type Clock,
  type Counter,
  type DeliveryJournal,
  doneWithin,
  type KeyedHash,
  type Log,
  type MetricsRecorder,
  type OffsetLoss,
  type PartitionControl,
  type RecordConsumer,
  type RecordSource,
  registerSourceGauges,
  type SeekOrder,
  type SeekOutcome,
  SourceError,
  type SourceStatus,
  type Timers,
} from '@netscope/domain';

import { Assignment } from './assignment.ts';
import { ClusterMeeting } from './cluster-meeting.ts';
import type { Broker } from './cluster-view.ts';
import type {
  FetchedBatch,
  GroupListener,
  GroupSession,
  PartitionId,
  CommittedOffset,
} from './group-session.ts';
import type { HeldPartition } from './held-partition.ts';
import { type GroupMember, joinGroup } from './join-group.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { LagWatch } from './lag-watch.ts';
import { LostOffsets } from './lost-offsets.ts';
import type { MemberFileOptions } from './member-file.ts';
import { MissingTopics } from './missing-topics.ts';
import type { OnMove } from './partition-mover.ts';
import { nameOf } from './partition-name.ts';
import { sleep } from './sleep.ts';
import { SourceHealth } from './source-health.ts';
import { type CheckedCluster, startTimeout } from './start-check.ts';
import { startOffsets } from './start-offsets.ts';

/** How long a stop waits for the group to be left once everything is committed. */
const LEAVE_MS = 5000;

/** And where it is not, because no broker answers: the session's end or the next start leaves it. */
const LEAVE_UNHEARD_MS = 500;

/** A connection to a broker that hangs is closed with the process. */
const CLOSE_MS = 500;

/** How kafkajs says that a broker can't be reached. */
const UNREACHABLE = /^Connection (?:error|timeout)/u;

const NOTHING_HELD: ReadonlyMap<string, HeldPartition> = new Map();

export interface KafkaSourceOptions {
  readonly kafka: KafkaSettings;
  readonly topics: readonly string[];
  /** Where this node keeps what it must know after a crash; absent for one that keeps nothing. */
  readonly node: NodeMemory | undefined;
  /** One of the same settings that was begun already; without, `run` begins its own. */
  readonly meeting?: ClusterMeeting;
  /** The longest that a stop waits for records in flight, ms. */
  readonly drainMs: number;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  /** Digests the keys of records; without one, SHA-256 does. */
  readonly keyedHash?: KeyedHash | undefined;
  /** Told once for each offset that the log does not hold; resolves when that is durable. */
  readonly onOffsetLost: (loss: OffsetLoss) => Promise<void>;
  /** Told once where a topic was deleted, and where it is there again. */
  readonly onTopicChanged: (topic: string, state: 'missing' | 'found') => void;
}

/** What a node knows of its own past. */
export interface NodeMemory extends MemberFileOptions {
  readonly journal: DeliveryJournal;
}

/**
 * Kafka as a source of records, at least once.
 *
 * At a rebalance every partition is given up and handed out anew (eager round-robin), so all leases
 * are drained for `revoke_drain_ms` at most, committed and fenced before this member rejoins. What
 * then was in flight still, or was never begun, is handed over again, by this member or another;
 * what was settled above the committed offset is known to whoever it is, from the commit. No acknowledgement of an earlier generation is committed.
 */
export class KafkaSource implements RecordSource, PartitionControl {
  readonly #options: KafkaSourceOptions;
  readonly #health: SourceHealth;
  readonly #meeting: ClusterMeeting;
  readonly #rebalances: Counter;
  readonly #lost: LostOffsets;
  readonly #missing: MissingTopics;
  readonly #assigned = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<never>();
  #consumer: RecordConsumer | undefined;
  #assignment: Assignment | undefined;
  /** What it held of topics that are missing: a broker may only not know of them yet. */
  #away: ReadonlyMap<string, HeldPartition> = NOTHING_HELD;
  #lag: LagWatch | undefined;
  #generation = 0;
  #clusterId: string | undefined;
  #isStopping = false;

  constructor(options: KafkaSourceOptions) {
    this.#options = options;
    this.#health = new SourceHealth(options.clock, options.log);
    this.#meeting = options.meeting ?? new ClusterMeeting(options);
    this.#meeting.remember(options.node?.journal);
    this.#rebalances = options.metrics.counter('rebalances_total', {});
    this.#lost = new LostOffsets({ ...options, policy: options.kafka.onOffsetLost });
    this.#missing = new MissingTopics(options);
    // It is looked at only while the source runs.
    this.#failed.promise.catch(() => undefined);
    registerSourceGauges(options.metrics, () => this.status().partitions);
  }

  /** The cluster's own id; known before the first record is handed over. */
  get clusterId(): string | undefined {
    return this.#clusterId;
  }

  /** By the cluster's own word, some seconds old; none before the first record. */
  get brokers(): readonly Broker[] {
    return this.#lag?.brokers ?? [];
  }

  async run(consumer: RecordConsumer, signal: AbortSignal): Promise<void> {
    this.#consumer = consumer;
    const deadlineMs = this.#options.clock.monotonicMs() + this.#options.kafka.startBudgetMs;
    try {
      const cluster = await this.#meeting.met(signal);
      if (cluster !== undefined) await this.#consume(cluster, { deadlineMs, signal });
    } finally {
      this.#health.enter('stopped');
    }
  }

  status(): SourceStatus {
    const wallMs = this.#options.clock.wallMs();
    return {
      kind: 'kafka',
      assigned: this.#generation > 0,
      ...this.#health.status(),
      missingTopics: this.#missing.names,
      partitions: [...this.#held.values()].map((held) => held.status(wallMs)),
    };
  }

  async seek(order: SeekOrder, onMove: OnMove): Promise<SeekOutcome> {
    return this.#assignment?.seek(order, onMove) ?? { kind: 'not_held', held: [] };
  }

  get #held(): ReadonlyMap<string, HeldPartition> {
    return this.#assignment?.heldByName ?? NOTHING_HELD;
  }

  async #consume(cluster: CheckedCluster, until: Until): Promise<void> {
    const { timers } = this.#options;
    this.#clusterId = cluster.clusterId;
    const lag = new LagWatch({ view: cluster.view, timers, held: () => this.#held });
    this.#lag = lag;
    const joining = this.#join();
    joining.catch((error: unknown) => this.#fail(error));
    try {
      await this.#untilEnd(until);
    } finally {
      await this.#stop(joining);
      await doneWithin(lag.stop(), CLOSE_MS, timers);
    }
  }

  /** Resolves on abort. */
  async #untilEnd({ deadlineMs, signal }: Until): Promise<void> {
    const { clock, kafka, timers } = this.#options;
    const aborted = abortOf(signal);
    const late = new AbortController();
    const isLate = sleep(timers, deadlineMs - clock.monotonicMs(), late.signal);
    const first = await Promise.race([
      this.#assigned.promise,
      aborted,
      this.#failed.promise,
      isLate.then(() => 'late' as const),
    ]);
    late.abort();
    if (first === 'late') {
      const what = this.#meeting.words.last ?? 'the group coordinator gave no assignment';
      throw startTimeout(kafka.startBudgetMs, { what });
    }
    await Promise.race([aborted, this.#failed.promise]);
  }

  #join(): Promise<GroupMember> {
    const { kafka, topics } = this.#options;
    return joinGroup({
      connection: kafka,
      groupId: kafka.groupId,
      sessionTimeoutMs: kafka.sessionTimeoutMs,
      topics,
      listener: this.#listener(),
      clock: this.#options.clock,
      say: (level, message, namespace) => {
        this.#meeting.words.say(level, message, namespace);
        if (UNREACHABLE.test(message)) this.#health.onTrouble(message);
      },
    });
  }

  #listener(): GroupListener {
    return {
      onAssign: async (session) => this.#assign(session),
      onRevoke: async () => this.#revoke(),
      onBatch: (batch) => this.#take(batch),
      onOffsetLost: (at: PartitionId) => this.#assignment?.lose(at),
      onContact: () => this.#health.onContact(),
      onTrouble: (reason) => this.#health.onTrouble(reason),
      onCrash: (error, isFinal) => {
        if (isFinal) this.#fail(error);
        else this.#options.log.error('kafka.member_fell_over', error);
      },
    };
  }

  async #assign(session: GroupSession): Promise<void> {
    const consumer = this.#consumer;
    // After a fall there was no revoke.
    await this.#revoke();
    if (this.#isStopping || consumer === undefined) return;
    const { kafka, log } = this.#options;
    const missing = session.missingTopics();
    const former = new Map([...this.#away, ...this.#held]);
    const offsets = await this.#startOffsets(session, (at) => former.has(nameOf(at)));
    this.#missing.become(missing);
    this.#away = new Map([...former].filter(([, { topic }]) => missing.includes(topic)));
    this.#assignment = new Assignment({
      session,
      offsets,
      former,
      newGeneration: () => (this.#generation += 1),
      consumer,
      commits: {
        ...this.#options,
        intervalMs: kafka.commitIntervalMs,
        journal: this.#options.node?.journal,
        place: { cluster: this.#clusterId ?? '', group: kafka.groupId },
      },
      log,
      lost: this.#lost,
      keyedHash: this.#options.keyedHash,
      seekDrainMs: this.#drainMs(),
    });
    this.#meeting.former?.become(this.#clusterId ?? '', session);
    this.#health.enter('running');
    log.info('kafka.assigned', 'partitions were assigned', {
      generation: session.generation,
      partitions: offsets.length,
    });
    this.#assigned.resolve();
  }

  /** What was held before and has no commit any more is of a topic that was made anew. */
  async #startOffsets(
    session: GroupSession,
    wasHeld: (at: PartitionId) => boolean,
  ): Promise<readonly CommittedOffset[]> {
    const { kafka, log } = this.#options;
    try {
      const { offsets, added } = await startOffsets(session, {
        reset: kafka.autoOffsetReset,
        isRemade: (at) => this.#missing.names.includes(at.topic) || wasHeld(at),
      });
      for (const { topic, partition } of added) {
        log.info('kafka.partition_added', 'a partition is read from its first record', {
          topic,
          partition,
        });
      }
      return offsets;
    } catch (error) {
      if (error instanceof SourceError && error.kind !== 'transient') this.#fail(error);
      throw error;
    }
  }

  async #revoke(): Promise<void> {
    if (this.#assignment === undefined) return;
    if (this.#health.phase === 'running') {
      this.#health.enter('rebalancing');
      this.#rebalances.inc();
    }
    await this.#assignment.release(this.#drainMs());
  }

  /** No heart beats while a rebalance waits: past the session's timeout the partitions would go. */
  #drainMs(): number {
    const { revokeDrainMs, sessionTimeoutMs } = this.#options.kafka;
    return Math.min(revokeDrainMs, sessionTimeoutMs / 2);
  }

  #take(batch: FetchedBatch): boolean {
    try {
      return this.#assignment?.take(batch) ?? false;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  #fail(error: unknown): void {
    this.#failed.reject(error);
  }

  async #stop(joining: Promise<GroupMember>): Promise<void> {
    const { drainMs, timers } = this.#options;
    this.#isStopping = true;
    const isCommitted = (await this.#assignment?.release(drainMs)) ?? true;
    // A broker that refused what was to be committed is there, and the group is to be left.
    const isHeard = this.#health.isHeard(isCommitted);
    this.#health.enter('stopped');
    const left = joining
      .then(async (member) => member.leave())
      .then(async () => this.#meeting.former?.end())
      .catch(() => undefined);
    await doneWithin(left, isHeard ? LEAVE_MS : LEAVE_UNHEARD_MS, timers);
  }
}

interface Until {
  /** Of the first assignment; monotonic. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

function abortOf(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
