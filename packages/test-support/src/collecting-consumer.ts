import type { PartitionLease, RecordConsumer, SourceRecord } from '@netscope/domain';

import { waitUntil } from './wait-until.ts';

/** A record as it was handed over. */
export interface HandedRecord {
  readonly record: SourceRecord;
  readonly lease: PartitionLease;
}

/** Keeps what a source hands over; acknowledges only where it is told to. */
export class CollectingConsumer implements RecordConsumer {
  readonly handed: HandedRecord[] = [];
  /** Every drain: its leases, and what it was given as budget. */
  readonly drains: { readonly leases: readonly PartitionLease[]; readonly budgetMs: number }[] = [];
  readonly #acknowledgesAll: boolean;
  /** What a drain waits for; replaced by a test that has work in flight. */
  onDrain: (leases: readonly PartitionLease[], budgetMs: number) => Promise<void> = async () =>
    undefined;

  constructor(options: { readonly acknowledgesAll?: boolean } = {}) {
    this.#acknowledgesAll = options.acknowledgesAll ?? false;
  }

  get offsets(): readonly number[] {
    return this.handed.map(({ record }) => record.offset);
  }

  accept(records: readonly SourceRecord[], lease: PartitionLease): void {
    for (const record of records) {
      this.handed.push({ record, lease });
      if (this.#acknowledgesAll) lease.acknowledge(record.offset);
    }
  }

  async drain(leases: readonly PartitionLease[], budgetMs: number): Promise<void> {
    this.drains.push({ leases, budgetMs });
    await this.onDrain(leases, budgetMs);
  }

  /** Resolves with what was handed over once there is that much. @throws {Error} after 30 s. */
  async until(count: number): Promise<readonly HandedRecord[]> {
    return waitUntil(() => (this.handed.length >= count ? this.handed : undefined), {
      what: `${count} records; ${this.handed.length} came`,
      everyMs: 10,
    });
  }
}
