import type { Clock, Counter, Histogram } from '@netscope/domain';

/** One counter child: a plain field, read at scrape. */
export class CounterSeries implements Counter {
  value = 0;

  /** What is not a positive, finite number is ignored: a counter only goes up. */
  inc(by = 1): void {
    if (by > 0 && by < Infinity) this.value += by;
  }
}

/** A call that stands for its bucket. */
export interface Exemplar {
  readonly traceId: string;
  readonly value: number;
  readonly wallMs: number;
}

/** A busy bucket renews its exemplar every so many observations: reading the clock each time costs. */
const EXEMPLAR_EVERY = 64;

/** One histogram child with its own buckets, read at scrape. */
export class HistogramSeries implements Histogram {
  readonly bounds: readonly number[];
  /** By bucket, not cumulative; the last is above every bound. */
  readonly counts: number[];
  readonly exemplars: (Exemplar | undefined)[];
  sum = 0;
  count = 0;
  readonly #clock: Clock;
  /** Buckets whose exemplar nobody has scraped yet. */
  readonly #fresh: boolean[];

  constructor(bounds: readonly number[], clock: Clock) {
    this.bounds = bounds;
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
    this.exemplars = Array.from({ length: bounds.length + 1 }, () => undefined);
    this.#fresh = Array.from({ length: bounds.length + 1 }, () => false);
    this.#clock = clock;
  }

  /** What is not finite is ignored; a negative duration (a wall clock that jumped) counts as 0. */
  observe(seconds: number, traceId?: string): void {
    if (!(seconds > -Infinity && seconds < Infinity)) return;
    const value = seconds > 0 ? seconds : 0;
    const bucket = this.#bucketOf(value);
    const count = (this.counts[bucket] ?? 0) + 1;
    this.counts[bucket] = count;
    this.sum += value;
    this.count += 1;
    if (traceId === undefined) return;
    if (this.#fresh[bucket] !== true || count % EXEMPLAR_EVERY === 0) {
      this.#fresh[bucket] = true;
      this.exemplars[bucket] = { traceId, value, wallMs: this.#clock.wallMs() };
    }
  }

  /** Lets each bucket take a new exemplar with its next observation. */
  exemplarsScraped(): void {
    this.#fresh.fill(false);
  }

  #bucketOf(value: number): number {
    const { bounds } = this;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] ?? Infinity)) bucket += 1;
    return bucket;
  }
}
