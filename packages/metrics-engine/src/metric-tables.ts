import { type Clock, COUNTERS, GAUGES, HISTOGRAMS, type Log } from '@netscope/domain';

import { GaugeTable } from './gauge-table.ts';
import type { Sample } from './metric-family.ts';
import { SeriesBudget, SeriesTable } from './series-table.ts';
import { CounterSeries, HistogramSeries } from './series.ts';

/** Says that a metric was refused a child; named so that it never refuses itself one. */
export const OVERFLOW_COUNTER = 'series_overflowed_total';

type OnOverflow = (metric: string) => void;

export function counterTables(
  budget: SeriesBudget,
  onOverflow: OnOverflow,
): Map<string, SeriesTable<CounterSeries>> {
  const tables = new Map<string, SeriesTable<CounterSeries>>();
  for (const [name, { labels }] of Object.entries(COUNTERS)) {
    const table = new SeriesTable({
      labelNames: labels,
      // The overflow counter has as many children as the catalogue has names, so it is outside.
      budget: name === OVERFLOW_COUNTER ? new SeriesBudget(Infinity) : budget,
      seriesPerChild: 1,
      make: () => new CounterSeries(),
      onOverflow: () => onOverflow(name),
    });
    // A counter without labels is there from the start, at 0.
    if (labels.length === 0) table.child({});
    tables.set(name, table);
  }
  return tables;
}

interface HistogramParts {
  readonly budget: SeriesBudget;
  readonly bounds: readonly number[];
  readonly clock: Clock;
}

export function histogramTables(
  parts: HistogramParts,
  onOverflow: OnOverflow,
): Map<string, SeriesTable<HistogramSeries>> {
  const { budget, bounds, clock } = parts;
  const tables = new Map<string, SeriesTable<HistogramSeries>>();
  for (const [name, { labels }] of Object.entries(HISTOGRAMS)) {
    const table = new SeriesTable({
      labelNames: labels,
      budget,
      // The bounds, +Inf, the sum and the count.
      seriesPerChild: bounds.length + 3,
      make: () => new HistogramSeries(bounds, clock),
      onOverflow: () => onOverflow(name),
    });
    tables.set(name, table);
  }
  return tables;
}

export function gaugeTables(budget: SeriesBudget, log: Log): Map<string, GaugeTable> {
  const entries = Object.entries(GAUGES).map(([name, { labels }]) => {
    return [name, new GaugeTable({ name, labelNames: labels, budget, log })] as const;
  });
  return new Map(entries);
}

export function counterSamples(table: SeriesTable<CounterSeries>): readonly Sample[] {
  return [...table.children()].map(({ labels, series }) => ({ labels, value: series.value }));
}
