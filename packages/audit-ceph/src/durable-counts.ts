import type { Counter, MetricsRecorder } from '@netscope/domain';

/** Counts events that became durable, by their type. */
export class DurableCounts {
  readonly #metrics: Pick<MetricsRecorder, 'counter'>;
  readonly #byType = new Map<string, Counter>();

  constructor(metrics: Pick<MetricsRecorder, 'counter'>) {
    this.#metrics = metrics;
  }

  readonly count = (eventType: string): void => {
    let counter = this.#byType.get(eventType);
    if (counter === undefined) {
      counter = this.#metrics.counter('audit_events_total', { event_type: eventType });
      this.#byType.set(eventType, counter);
    }
    counter.inc();
  };
}
