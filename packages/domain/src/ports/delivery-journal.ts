import type { OffsetMap, OffsetMapPlace, TriesOfRecord } from '../policies/offset-map.ts';

/** A partition that is held, and what is done in it above its committed offset, asked at any time. */
export interface HeldOffsets extends OffsetMapPlace {
  toMap(): OffsetMap;
}

/** The group acknowledged that it stands at `offset`. */
export interface AcknowledgedOffset extends OffsetMapPlace {
  readonly offset: number;
}

export type Recalled =
  /** What this node settled or tried at or above the committed offset. */
  | { readonly kind: 'map'; readonly map: OffsetMap }
  /** The group stands below what this node saw acknowledged: somebody reset it, and nothing counts. */
  | { readonly kind: 'reset'; readonly acknowledged: number };

/** This node's durable word on what it did, for a partition that it is given after a crash. */
export interface DeliveryJournal {
  /**
   * What was done in a partition of which the group has committed `committed`; `undefined` where
   * nothing is known. Asked before `hold`.
   */
  recall(place: OffsetMapPlace, committed: number): Recalled | undefined;
  /**
   * The same without taking notice: `undefined` also where `recall` would say that the group was
   * reset. For who tells the group before partitions are assigned.
   */
  knownAbove(place: OffsetMapPlace, committed: number): OffsetMap | undefined;
  /**
   * Writes down, before it begins, a call that must not be made twice: what is to be known of its
   * record should the process end in it, begun at `lastTryAtMs`. It outlives the process, not the
   * machine. False where it cannot be written: the call must not begin.
   */
  noteBegun(place: OffsetMapPlace, spent: TriesOfRecord): boolean;
  /** That call's event is durable; does nothing for one that was not begun. */
  noteEnded(place: OffsetMapPlace, offset: number): void;
  /** From now on these are held and no others: what is known of others ends. */
  hold(held: readonly HeldOffsets[]): void;
  /** Returns at once; what is below ends. */
  noteCommitted(offsets: readonly AcknowledgedOffset[]): void;
}
