import type { TriesSpent } from '../model/tries-spent.ts';
import type { PartitionLease } from '../ports/record-source.ts';
import type { OffsetTracker } from './offset-tracker.ts';

export interface TrackedLeaseOptions {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  /** Begun at the partition's committed offset; outlives the lease where the partition is kept. */
  readonly tracker: OffsetTracker;
  /** Told each change of `paused`. */
  readonly onFlow: (lease: TrackedLease) => void;
}

/** A partition in one generation, its acknowledgements kept in an offset tracker until its fence. */
export class TrackedLease implements PartitionLease {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly tracker: OffsetTracker;
  readonly onFlow: (lease: TrackedLease) => void;
  #fenced = false;
  #paused = false;

  constructor(options: TrackedLeaseOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.generation = options.generation;
    this.tracker = options.tracker;
    this.onFlow = options.onFlow;
  }

  get fenced(): boolean {
    return this.#fenced;
  }

  get paused(): boolean {
    return this.#paused;
  }

  pause(): void {
    this.#flow(true);
  }

  resume(): void {
    this.#flow(false);
  }

  acknowledge(offset: number): void {
    if (!this.#fenced) this.tracker.settle(offset);
  }

  spentOn(offset: number): TriesSpent | undefined {
    return this.tracker.spentOn(offset);
  }

  noteSpent(offset: number, spent: TriesSpent): void {
    if (!this.#fenced) this.tracker.noteSpent(offset, spent);
  }

  /** From here on it takes no acknowledgement, pause or resume. */
  fence(): void {
    this.#fenced = true;
  }

  #flow(paused: boolean): void {
    if (this.#fenced || this.#paused === paused) return;
    this.#paused = paused;
    this.onFlow(this);
  }
}
