import type { Counter, Histogram, MetricsRecorder } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import type { Tallies } from './flow-control.ts';

type RecordOutcome = 'delivered' | 'parked' | 'skipped';

interface TopicChildren {
  readonly counters: Readonly<Record<RecordOutcome, Counter>>;
  readonly age: Histogram;
}

/** Counts what became of records; its own sums are what the process says when it ends. */
export class RecordTally implements Tallies {
  readonly #metrics: MetricsRecorder;
  readonly #childrenByTopic = new Map<string, TopicChildren>();
  delivered = 0;
  parked = 0;
  skipped = 0;

  constructor(metrics: MetricsRecorder) {
    this.#metrics = metrics;
  }

  /** Counts one settled record; `wallMs` is now. */
  settled({ record }: Delivery, outcome: RecordOutcome, wallMs: number): void {
    this[outcome] += 1;
    const children = this.#childrenOf(record.topic);
    children.counters[outcome].inc();
    // Kafka says -1 of a record that has no timestamp.
    if (record.timestampMs < 0) return;
    children.age.observe(Math.max(0, wallMs - record.timestampMs) / 1000);
  }

  #childrenOf(topic: string): TopicChildren {
    const known = this.#childrenByTopic.get(topic);
    if (known !== undefined) return known;
    const counter = (outcome: RecordOutcome) =>
      this.#metrics.counter('records_total', { topic, outcome });
    const children = {
      counters: {
        delivered: counter('delivered'),
        parked: counter('parked'),
        skipped: counter('skipped'),
      },
      age: this.#metrics.histogram('record_age_seconds', { topic }),
    };
    this.#childrenByTopic.set(topic, children);
    return children;
  }
}
