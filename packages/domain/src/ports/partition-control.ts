export interface SeekOrder {
  readonly topic: string;
  readonly partition: number;
  /** The offset to read next, or an end of the log. */
  readonly to: number | 'earliest' | 'latest';
}

/**
 * `not_held`: the names (`topic/partition`) that this member holds. `out_of_range`: the first and the
 * next offset of the log, between which a seek must be. `done`: where the group stood and stands.
 */
export type SeekOutcome =
  | { readonly kind: 'not_held'; readonly held: readonly string[] }
  | { readonly kind: 'out_of_range'; readonly logStart: number; readonly logEnd: number }
  | { readonly kind: 'done'; readonly from: number; readonly offset: number };

/** A move that is about to be made: where the group stands, and where it will. */
export interface SeekMove {
  readonly from: number;
  readonly offset: number;
}

/** Moves the group's offset of a partition that this member holds. */
export interface PartitionControl {
  /**
   * Drains the partition, commits the new offset and reads on from there. Nothing that was settled
   * before is known any more: what lies above the new offset is called again. `onMove` is told what
   * comes once the partition is drained; nothing is moved before it resolves, nor where it rejects.
   * @throws {SourceError} SOURCE_UNAVAILABLE where the group rebalances or takes no commit, and what
   *   `onMove` rejects with.
   */
  seek(order: SeekOrder, onMove: (move: SeekMove) => Promise<void>): Promise<SeekOutcome>;
}
