import type {
  CounterName,
  GaugeName,
  HistogramName,
  LabelsOf,
} from '../metrics/metric-catalogue.ts';

export interface Counter {
  /** Adds `by`, or one. */
  inc(by?: number): void;
}

export interface Histogram {
  /** Seconds. The trace id becomes an exemplar where one is asked for. */
  observe(seconds: number, traceId?: string): void;
}

export interface GaugeSample<N extends GaugeName> {
  readonly labels: LabelsOf<N>;
  readonly value: number;
}

/**
 * Counters, gauges, histograms. Never throws, never blocks. A child costs a look-up: hot paths ask
 * once and keep it.
 */
export interface MetricsRecorder {
  counter<N extends CounterName>(name: N, labels: LabelsOf<N>): Counter;
  histogram<N extends HistogramName>(name: N, labels: LabelsOf<N>): Histogram;
  /** Read at each scrape, and only then; what it no longer returns is gone. */
  gauge<N extends GaugeName>(name: N, read: () => readonly GaugeSample<N>[]): void;
}
