/** A committed offset that the log does not hold: retention overtook it, or the log was cut. */
export interface OffsetLoss {
  readonly topic: string;
  readonly partition: number;
  /** Where the group stands. */
  readonly committed: number;
  /** Where this member would have read on. */
  readonly position: number;
  /** The log's first and next offset, where the broker could be asked. */
  readonly logStart: number | undefined;
  readonly logEnd: number | undefined;
  /** `held` until an operator seeks, else the end of the log at which reading goes on. */
  readonly action: 'held' | 'earliest' | 'latest';
}
