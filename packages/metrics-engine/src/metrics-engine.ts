import {
  type CallRecord,
  type Clock,
  type Counter,
  type CounterName,
  COUNTERS,
  type EventBus,
  type GaugeName,
  type GaugeSample,
  GAUGES,
  type Histogram,
  type HistogramName,
  HISTOGRAMS,
  type HostSample,
  type LabelsOf,
  type Log,
  type MetricsRecorder,
} from '@netscope/domain';

import type { CallCounts, WindowReport } from './call-stats.ts';
import { CallWindows } from './call-windows.ts';
import type { GaugeTable } from './gauge-table.ts';
import { hostProcessFamilies, nodeFamilies } from './host-families.ts';
import type { MetricFamily } from './metric-family.ts';
import {
  counterSamples,
  counterTables,
  gaugeTables,
  histogramTables,
  OVERFLOW_COUNTER,
} from './metric-tables.ts';
import { processFamilies } from './process-families.ts';
import { PromRegistry, type Scrape, type ScrapeFormat } from './prom-registry.ts';
import { SeriesBudget, type SeriesTable } from './series-table.ts';
import { CounterSeries, HistogramSeries } from './series.ts';

const PREFIX = 'netscope_';

export interface MetricsEngineOptions {
  /** Upper bounds, ascending; the same for every histogram and in every environment. */
  readonly bucketsSeconds: readonly number[];
  /** Series that may exist, all metrics together; what comes after goes to `__overflow__`. */
  readonly seriesMax: number;
  readonly clock: Clock;
  readonly log: Log;
  /** The last look at the host; nothing of it is told where this is absent. */
  readonly host?: () => HostSample | undefined;
  /** Whether the host is told too, under node_exporter's names. */
  readonly nodeMetrics?: boolean;
}

/** Counts, measures, and answers for it: to Prometheus by scrape, to the API by window. */
export interface MetricsEngine extends MetricsRecorder {
  /** Takes one ended call into the windows and totals; never throws. */
  recordCall(call: CallRecord): void;
  /** Takes every call that the bus tells of; returns what ends it. */
  follow(bus: EventBus): () => void;
  /** The last `windowMs` (15 minutes at most), in steps of 5 s. */
  window(windowMs: number, routeGroup?: string): WindowReport;
  /** Calls since the start, to the unit. */
  totals(): Readonly<CallCounts>;
  /** Sum of one counter over all its labels. */
  counterTotal(name: CounterName): number;
  scrape(format: ScrapeFormat): Promise<Scrape>;
}

/** Builds the one engine of a process. Nothing runs until it is called. */
export function createMetricsEngine(options: MetricsEngineOptions): MetricsEngine {
  return new Engine(options);
}

class Engine implements MetricsEngine {
  readonly #counters: ReadonlyMap<string, SeriesTable<CounterSeries>>;
  readonly #histograms: ReadonlyMap<string, SeriesTable<HistogramSeries>>;
  readonly #gauges: ReadonlyMap<string, GaugeTable>;
  readonly #windows: CallWindows;
  readonly #registry: PromRegistry;
  /** Takes what is counted under a name that the catalogue does not have. */
  readonly #nowhere: { readonly counter: CounterSeries; readonly histogram: HistogramSeries };

  constructor(options: MetricsEngineOptions) {
    const { clock } = options;
    const bounds = [...options.bucketsSeconds];
    const budget = new SeriesBudget(options.seriesMax);
    this.#counters = counterTables(budget, (metric) => this.#overflowed(metric));
    this.#histograms = histogramTables({ budget, bounds, clock }, (metric) =>
      this.#overflowed(metric),
    );
    this.#gauges = gaugeTables(budget, options.log);
    this.#windows = new CallWindows(clock);
    this.#nowhere = {
      counter: new CounterSeries(),
      histogram: new HistogramSeries(bounds, clock),
    };
    this.#registry = new PromRegistry([
      ...this.#families(),
      ...processFamilies(clock.wallMs()),
      ...hostFamilies(options),
    ]);
  }

  counter<N extends CounterName>(name: N, labels: LabelsOf<N>): Counter {
    return this.#counters.get(name)?.child(labels) ?? this.#nowhere.counter;
  }

  histogram<N extends HistogramName>(name: N, labels: LabelsOf<N>): Histogram {
    return this.#histograms.get(name)?.child(labels) ?? this.#nowhere.histogram;
  }

  gauge<N extends GaugeName>(name: N, read: () => readonly GaugeSample<N>[]): void {
    this.#gauges.get(name)?.add(read);
  }

  recordCall(call: CallRecord): void {
    this.#windows.record(call);
  }

  follow(bus: EventBus): () => void {
    return bus.subscribe((event) => {
      if (event.eventType === 'network.request.completed') this.recordCall(event.call);
    });
  }

  window(windowMs: number, routeGroup?: string): WindowReport {
    return this.#windows.report(windowMs, routeGroup);
  }

  totals(): Readonly<CallCounts> {
    return this.#windows.totals;
  }

  counterTotal(name: CounterName): number {
    let sum = 0;
    for (const { series } of this.#counters.get(name)?.children() ?? []) sum += series.value;
    return sum;
  }

  async scrape(format: ScrapeFormat): Promise<Scrape> {
    return this.#registry.scrape(format);
  }

  #overflowed(metric: string): void {
    this.counter(OVERFLOW_COUNTER, { metric }).inc();
  }

  *#families(): Generator<MetricFamily> {
    for (const [name, table] of this.#counters) {
      const help = helpOf(name, COUNTERS);
      yield { name: PREFIX + name, help, type: 'counter', read: () => counterSamples(table) };
    }
    for (const [name, table] of this.#histograms) {
      const help = helpOf(name, HISTOGRAMS);
      yield { name: PREFIX + name, help, type: 'histogram', read: () => [...table.children()] };
    }
    for (const [name, table] of this.#gauges) {
      const help = helpOf(name, GAUGES);
      yield { name: PREFIX + name, help, type: 'gauge', read: () => table.samples() };
    }
  }
}

function hostFamilies({ host, nodeMetrics }: MetricsEngineOptions): readonly MetricFamily[] {
  if (host === undefined) return [];
  return [...hostProcessFamilies(host), ...(nodeMetrics === true ? nodeFamilies(host) : [])];
}

function helpOf(
  name: string,
  catalogue: Readonly<Record<string, { readonly help: string }>>,
): string {
  return catalogue[name]?.help ?? name;
}
