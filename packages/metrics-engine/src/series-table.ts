/** Value of every label of the series that takes what the cap refuses. */
export const OVERFLOW_LABEL = '__overflow__';

/** Longest label value that is kept; labels are names and enumerations, never input. */
const LABEL_LENGTH_MAX = 200;

export type Labels = Readonly<Record<string, string>>;

/** How many series may exist in one process, all metrics together. */
export class SeriesBudget {
  readonly #max: number;
  #used = 0;

  constructor(seriesMax: number) {
    this.#max = seriesMax;
  }

  get left(): number {
    return Math.max(0, this.#max - this.#used);
  }

  /** Takes room for one child; false, and nothing taken, when there is none. */
  take(series: number): boolean {
    if (this.#used + series > this.#max) return false;
    this.#used += series;
    return true;
  }
}

interface TableOptions<S> {
  readonly labelNames: readonly string[];
  readonly budget: SeriesBudget;
  /** What one child costs of the budget: a histogram has one series for each bucket. */
  readonly seriesPerChild: number;
  readonly make: () => S;
  readonly onOverflow: () => void;
}

/**
 * The children of one metric by their labels. Takes only the labels of the catalogue, whatever it
 * is given; past the budget every new child is the one overflow series.
 */
export class SeriesTable<S> {
  readonly #options: TableOptions<S>;
  readonly #byKey = new Map<string, { readonly labels: Labels; readonly series: S }>();

  constructor(options: TableOptions<S>) {
    this.#options = options;
  }

  child(given: Labels): S {
    const labels = allowedLabels(this.#options.labelNames, given);
    const key = labelKey(this.#options.labelNames, labels);
    const known = this.#byKey.get(key);
    if (known !== undefined) return known.series;
    if (this.#options.labelNames.length === 0) return this.#add(key, labels);
    if (!this.#options.budget.take(this.#options.seriesPerChild)) return this.#overflow();
    return this.#add(key, labels);
  }

  children(): IterableIterator<{ readonly labels: Labels; readonly series: S }> {
    return this.#byKey.values();
  }

  #overflow(): S {
    this.#options.onOverflow();
    const labels = overflowLabels(this.#options.labelNames);
    const key = labelKey(this.#options.labelNames, labels);
    return this.#byKey.get(key)?.series ?? this.#add(key, labels);
  }

  #add(key: string, labels: Labels): S {
    const series = this.#options.make();
    this.#byKey.set(key, { labels, series });
    return series;
  }
}

/** The labels of the catalogue and no other; absent ones are empty, which Prometheus takes as unset. */
export function allowedLabels(names: readonly string[], given: Labels): Labels {
  const labels: Record<string, string> = {};
  for (const name of names) labels[name] = labelText(given[name]);
  return labels;
}

export function overflowLabels(names: readonly string[]): Labels {
  return Object.fromEntries(names.map((name) => [name, OVERFLOW_LABEL]));
}

/** One string for one set of labels; lengths in it keep any two sets apart. */
export function labelKey(names: readonly string[], labels: Labels): string {
  let key = '';
  for (const name of names) {
    const value = labels[name] ?? '';
    key += `${value.length}:${value}`;
  }
  return key;
}

function labelText(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, LABEL_LENGTH_MAX);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
