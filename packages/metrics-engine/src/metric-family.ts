import type { Labels } from './series-table.ts';
import type { HistogramSeries } from './series.ts';

/** One value of a counter or gauge. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** One histogram child as it stands. */
export interface HistogramSample {
  readonly labels: Labels;
  readonly series: HistogramSeries;
}

interface FamilyBase {
  /** With its prefix. */
  readonly name: string;
  readonly help: string;
}

/** One metric with all its children, read when it is scraped and only then. */
export type MetricFamily =
  | (FamilyBase & { readonly type: 'counter' | 'gauge'; readonly read: () => readonly Sample[] })
  | (FamilyBase & { readonly type: 'histogram'; readonly read: () => readonly HistogramSample[] });
