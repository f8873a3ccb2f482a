import type { MetricsRecorder } from '@netscope/domain';

/** Why an event was not recorded; only with `on_full: drop`. */
export type DropReason = 'spool_full' | 'disk_failing';

/** Counts, to the unit, the events that were not recorded. */
export class DropCounter {
  readonly #metrics: MetricsRecorder;
  readonly byReason: Record<string, number> = {};

  constructor(metrics: MetricsRecorder) {
    this.#metrics = metrics;
  }

  count(reason: DropReason): void {
    this.byReason[reason] = (this.byReason[reason] ?? 0) + 1;
    this.#metrics.counter('audit_events_dropped_total', { reason }).inc();
  }
}
