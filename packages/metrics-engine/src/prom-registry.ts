import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValue,
  type MetricValueWithName,
  Registry,
  type OpenMetricsContentType,
} from 'prom-client';

import type { HistogramSample, MetricFamily, Sample } from './metric-family.ts';
import type { Exemplar, HistogramSeries } from './series.ts';

export type ScrapeFormat = 'text' | 'openmetrics';

export interface Scrape {
  readonly contentType: string;
  readonly body: string;
}

/** Writes families in the two forms that Prometheus reads; nothing is counted in here. */
export class PromRegistry {
  readonly #text: Registry;
  readonly #openMetrics: Registry<OpenMetricsContentType>;

  constructor(families: readonly MetricFamily[]) {
    this.#text = new Registry();
    this.#openMetrics = new Registry();
    this.#openMetrics.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    for (const family of families) {
      register(this.#text, family, false);
      register(this.#openMetrics, family, true);
    }
  }

  async scrape(format: ScrapeFormat): Promise<Scrape> {
    const registry = format === 'text' ? this.#text : this.#openMetrics;
    return { contentType: registry.contentType, body: await registry.metrics() };
  }
}

function register(
  registry: Registry | Registry<OpenMetricsContentType>,
  family: MetricFamily,
  open: boolean,
): void {
  const config = { name: family.name, help: family.help, registers: [registry] };
  if (family.type === 'histogram') {
    void new ReadHistogram(config, family.read, open);
  } else if (family.type === 'counter') {
    void new ReadCounter(config, family.read, open);
  } else {
    void new ReadGauge(config, family.read);
  }
}

interface Config {
  readonly name: string;
  readonly help: string;
  registers: (Registry | Registry<OpenMetricsContentType>)[];
}

class ReadCounter extends Counter {
  readonly #config: Config;
  readonly #read: () => readonly Sample[];
  readonly #open: boolean;

  constructor(config: Config, read: () => readonly Sample[], open: boolean) {
    super(config);
    this.#config = config;
    this.#read = read;
    this.#open = open;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const empty = await super.get();
    const { name } = this.#config;
    // OpenMetrics names the family without the suffix, and its samples with it.
    const family = this.#open ? name.replace(/_total$/, '') : name;
    return { ...empty, name: family, values: [...this.#read()] };
  }
}

class ReadGauge extends Gauge {
  readonly #read: () => readonly Sample[];

  constructor(config: Config, read: () => readonly Sample[]) {
    super(config);
    this.#read = read;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValue<string>>> {
    const empty = await super.get();
    return { ...empty, values: [...this.#read()] };
  }
}

class ReadHistogram extends Histogram {
  readonly #config: Config;
  readonly #read: () => readonly HistogramSample[];
  readonly #open: boolean;

  constructor(config: Config, read: () => readonly HistogramSample[], open: boolean) {
    super(config);
    this.#config = config;
    this.#read = read;
    this.#open = open;
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    // The class's own `get` asks `getForPromString`, so the frame comes from a plain one.
    const { name, help } = this.#config;
    const empty = await new Histogram({ name, help, registers: [] }).get();
    return { ...empty, values: this.#rows() };
  }

  /** What the registry asks for first; the class's own would write the class's own buckets. */
  getForPromString(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    return this.get();
  }

  #rows(): Row[] {
    return this.#read().flatMap((sample) => {
      const rows = histogramRows(this.#config.name, sample, this.#open);
      if (this.#open) sample.series.exemplarsScraped();
      return rows;
    });
  }
}

type Row = MetricValueWithName<string> & { readonly exemplar?: object };

function histogramRows(name: string, sample: HistogramSample, exemplars: boolean): Row[] {
  const { labels, series } = sample;
  const rows: Row[] = [];
  let cumulative = 0;
  for (const [bucket, count] of series.counts.entries()) {
    cumulative += count;
    const le = series.bounds[bucket] ?? '+Inf';
    const row = { metricName: `${name}_bucket`, labels: { ...labels, le }, value: cumulative };
    const exemplar = exemplars ? exemplarOf(series, bucket) : undefined;
    rows.push(exemplar === undefined ? row : { ...row, exemplar });
  }
  rows.push(
    { metricName: `${name}_sum`, labels, value: series.sum },
    { metricName: `${name}_count`, labels, value: series.count },
  );
  return rows;
}

function exemplarOf(series: HistogramSeries, bucket: number): object | undefined {
  const exemplar: Exemplar | undefined = series.exemplars[bucket];
  if (exemplar === undefined) return undefined;
  return {
    labelSet: { trace_id: exemplar.traceId },
    value: exemplar.value,
    timestamp: exemplar.wallMs / 1000,
  };
}
