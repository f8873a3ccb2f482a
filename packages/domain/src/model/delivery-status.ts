import type { IntakeHold } from './intake-hold.ts';

/** What the delivery engine holds right now. */
export interface DeliveryStatus {
  /** Admitted to a call and not settled. */
  readonly recordsInFlight: number;
  readonly recordsInFlightMax: number;
  /** Taken over and not admitted. */
  readonly recordsWaiting: number;
  readonly waitingBytes: number;
  readonly waitingBytesMax: number;
  /** Records that wait, by upstream. */
  readonly waitingByUpstream: Readonly<Record<string, number>>;
  /** Age of the longest wait, ms; 0 where none waits. */
  readonly oldestWaitingMs: number;
  /** Partitions held back, as `topic/partition`. */
  readonly pausedPartitions: readonly string[];
  /** Of those that wait, the ones of a held topic or route. */
  readonly recordsHeld: number;
  /** Topics and routes whose records are not called. */
  readonly holds: readonly IntakeHold[];
  readonly delivered: number;
  readonly parked: number;
  readonly skipped: number;
}
