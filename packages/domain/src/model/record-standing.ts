/**
 * How far a record that is not settled has come. `behind_key`: an earlier one of its key is not done.
 * `ready`: its upstream takes it when it can. `held`: its topic or route is paused. `backoff`: it was
 * tried and waits. `called`: its call, or the writing of its audit event, is under way. `parking`: its
 * dead letter is being written.
 */
export type RecordStage = 'behind_key' | 'ready' | 'held' | 'backoff' | 'called' | 'parking';

/** Where one record stands that was taken over and is not settled. */
export interface RecordStanding {
  readonly offset: number;
  /** Lower-case hex; absent for a record without a key. */
  readonly keySha256: string | undefined;
  readonly stage: RecordStage;
  /** What it waits for, as a sentence's part. */
  readonly reason: string;
  readonly route: string | undefined;
  readonly upstream: string | undefined;
  /** Calls spent on it so far. */
  readonly tries: number;
  /** How long ago it was taken over, ms. */
  readonly heldForMs: number;
  /** In what time it is tried again, ms; absent where no time is set. */
  readonly retryInMs: number | undefined;
}

/** What delivery holds of one partition. */
export interface PartitionHoldings {
  /** Taken over and not admitted. */
  readonly waiting: number;
  /** Admitted and not settled. */
  readonly inFlight: number;
  /** The lowest offset taken over and not settled: nothing above it can be committed. */
  readonly lowest: RecordStanding | undefined;
}
