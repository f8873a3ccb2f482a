import type { OffsetLoss, PartitionLease } from '@netscope/domain';
import {
  CollectingConsumer,
  ManualClock,
  RecordingLog,
  RecordingMetrics,
} from '@netscope/test-support';

import { Assignment } from '../src/assignment.ts';
import type { CommittedOffset, FetchedBatch, GroupSession } from '../src/group-session.ts';
import type { HeldPartition } from '../src/held-partition.ts';
import { LostOffsets } from '../src/lost-offsets.ts';

export const AT = { topic: 'orders', partition: 0 };
const PLACE = { cluster: 'c', group: 'g' };

/** A group with one partition, of which its members have what a coordinator would tell them. */
export class ScriptedGroup {
  committed: CommittedOffset = { ...AT, offset: 0, metadata: '' };
  /** Of the log. */
  start = 0;
  end = 10;
  generation = 0;
  /** Of each of its records. */
  stampedAtMs = 1_771_578_000_000;

  session(generation: number): GroupSession {
    return {
      memberId: `member-${generation}`,
      generation,
      partitions: [AT],
      missingTopics: () => [],
      committed: async () => [this.committed],
      committedOfAll: async () => [this.committed],
      logOffsets: async (_asked, end) => [
        { ...AT, offset: end === 'earliest' ? this.start : this.end },
      ],
      commit: async ([offset]) => {
        if (generation !== this.generation) throw new Error('of another generation');
        this.committed = offset ?? this.committed;
      },
      pause: () => undefined,
      resume: () => undefined,
      seek: () => undefined,
    };
  }

  /** What a fetch from `first` on brings. */
  batch(first: number): FetchedBatch {
    const records = Array.from({ length: this.end - first }, (_, index) => ({
      offset: String(first + index),
      timestamp: String(this.stampedAtMs),
      key: Buffer.from(`key-${first + index}`),
      value: null,
    }));
    const { generation, end } = this;
    return {
      ...AT,
      generation,
      fetchedOffset: first,
      nextOffset: end,
      highWatermark: end,
      records,
    };
  }
}

/** One member of the group, over its generations. */
export class ScriptedMember {
  readonly consumer = new CollectingConsumer();
  readonly clock = new ManualClock();
  readonly metrics = new RecordingMetrics();
  readonly log = new RecordingLog();
  readonly losses: OffsetLoss[] = [];
  readonly lost: LostOffsets;
  readonly #group: ScriptedGroup;
  #held: ReadonlyMap<string, HeldPartition> = new Map();
  #leases = 0;

  constructor(group: ScriptedGroup, policy: 'pause' | 'earliest' = 'pause') {
    this.#group = group;
    this.lost = new LostOffsets({
      policy,
      onOffsetLost: async (loss) => void this.losses.push(loss),
      timers: this.clock,
      metrics: this.metrics,
      log: this.log,
    });
  }

  /** In a new generation, in which it has the partition. */
  join(): Assignment {
    const group = this.#group;
    group.generation += 1;
    const { clock, metrics, log, lost, consumer } = this;
    const assignment = new Assignment({
      session: group.session(group.generation),
      offsets: [group.committed],
      former: this.#held,
      newGeneration: () => (this.#leases += 1),
      consumer,
      commits: {
        intervalMs: 1000,
        clock,
        timers: clock,
        metrics,
        log,
        place: PLACE,
        journal: undefined,
      },
      log,
      lost,
      keyedHash: undefined,
      seekDrainMs: 1000,
    });
    this.#held = assignment.heldByName;
    return assignment;
  }

  get held(): HeldPartition {
    const [held] = this.#held.values();
    if (held === undefined) throw new Error('it has no partition');
    return held;
  }

  get lease(): PartitionLease {
    return this.held.lease;
  }

  /** Offsets that were handed over since this was last asked. */
  handed(): number[] {
    return this.consumer.handed.splice(0).map(({ record }) => record.offset);
  }
}
