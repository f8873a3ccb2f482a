import type { Counter, MetricsRecorder } from '../ports/metrics-recorder.ts';
import type { KnownFrom } from './known-records.ts';

type Recalled = Readonly<Record<KnownFrom, number>>;

const FROM: readonly KnownFrom[] = ['offset_map', 'journal'];

/** Counts records that are not handed over because an earlier life settled them. */
export class SkipCounters {
  readonly #metrics: MetricsRecorder;
  readonly #counters = new Map<string, Counter>();

  constructor(metrics: MetricsRecorder) {
    this.#metrics = metrics;
  }

  /** Counts what was recalled between two looks at a tracker. */
  count(topic: string, before: Recalled, after: Recalled): void {
    for (const reason of FROM) {
      const skipped = after[reason] - before[reason];
      if (skipped > 0) this.#counterOf(topic, reason).inc(skipped);
    }
  }

  #counterOf(topic: string, reason: KnownFrom): Counter {
    const name = `${reason} ${topic}`;
    const known = this.#counters.get(name);
    if (known !== undefined) return known;
    const counter = this.#metrics.counter('records_skipped_total', { topic, reason });
    this.#counters.set(name, counter);
    return counter;
  }
}
