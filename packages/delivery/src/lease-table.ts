import type { PartitionLease } from '@netscope/domain';

import { LeaseState } from './lease-state.ts';

/** What the engine holds, by lease. */
export class LeaseTable {
  readonly #states = new Map<PartitionLease, LeaseState>();

  of(lease: PartitionLease): LeaseState {
    const known = this.#states.get(lease);
    if (known !== undefined) return known;
    const state = new LeaseState(lease);
    this.#states.set(lease, state);
    return state;
  }

  find(lease: PartitionLease): LeaseState | undefined {
    return this.#states.get(lease);
  }

  /** The lease that a partition is under now: one that drains only where there is no other. */
  at(topic: string, partition: number): LeaseState | undefined {
    let drains: LeaseState | undefined;
    for (const state of this.#states.values()) {
      const { lease, draining } = state;
      if (lease.topic !== topic || lease.partition !== partition) continue;
      if (!draining) return state;
      drains = state;
    }
    return drains;
  }

  remove(state: LeaseState): void {
    this.#states.delete(state.lease);
  }

  values(): IterableIterator<LeaseState> {
    return this.#states.values();
  }
}
