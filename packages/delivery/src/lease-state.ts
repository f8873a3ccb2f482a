import type { PartitionLease } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import { LaneTable } from './lane-table.ts';

/** What the engine holds of one lease. */
export class LeaseState {
  readonly lease: PartitionLease;
  readonly lanes = new LaneTable<Delivery>();
  /** Aborts what is in flight when a drain's budget is spent. */
  readonly abort = new AbortController();
  inFlight = 0;
  waiting = 0;
  waitingBytes = 0;
  /** Why its intake is held back; absent while it is not. */
  pausedFor: 'waiting_bytes_max' | 'records_in_flight' | undefined;
  /** An operator holds its topic: its intake stays back whatever the marks say. */
  isHeld = false;
  /** Whether the pause it is in was told to the bus, and when the last one was (monotonic). */
  pauseTold = false;
  pauseToldAtMs = -Infinity;
  /** Set by a drain: what has not begun is dropped where it is met. */
  draining = false;
  /** The lowest offset that is not settled, and the highest. */
  #first: Delivery | undefined;
  #last: Delivery | undefined;
  /** Called when the last of a draining lease has landed. */
  onIdle: (() => void) | undefined;

  constructor(lease: PartitionLease) {
    this.lease = lease;
  }

  /** The lowest offset taken over and not settled. */
  get lowest(): Delivery | undefined {
    return this.#first;
  }

  /** Of those that wait, the one that was taken over first; what is before it is under way. */
  get firstWaiting(): Delivery | undefined {
    if (this.waiting === 0) return undefined;
    let first = this.#first;
    while (first !== undefined && !first.isWaiting) first = first.after;
    return first;
  }

  /** Notes a record that was taken over; they come in offset order. */
  add(delivery: Delivery): void {
    delivery.before = this.#last;
    if (this.#last === undefined) this.#first = delivery;
    else this.#last.after = delivery;
    this.#last = delivery;
  }

  /** The record is settled. */
  remove(delivery: Delivery): void {
    const { before, after } = delivery;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    // A dead one must not keep its neighbours alive.
    delivery.before = undefined;
    delivery.after = undefined;
  }

  get name(): string {
    return `${this.lease.topic}/${this.lease.partition}`;
  }
}
