/** Linear steps in each power of two: a value is told to within 1/64, 1.6 %. */
const STEPS = 64;
const STEP_BITS = 6;

/** 2^32 µs, 71 minutes; what is longer counts as that. */
const VALUE_MAX_US = 0xffff_ffff;

/** Buckets that cover 0 to `VALUE_MAX_US`. */
export const BUCKETS = (32 - STEP_BITS + 1) * STEPS;

/** A histogram of latencies in µs whose counts can be added to another's. Fixed size: 7 KB. */
export class LatencyHistogram {
  readonly counts = new Uint32Array(BUCKETS);
  count = 0;
  minUs = Infinity;
  maxUs = 0;

  /** What is negative or not a number counts as 0. */
  recordMs(latencyMs: number): void {
    const us = latencyMs > 0 ? Math.min(latencyMs * 1000, VALUE_MAX_US) : 0;
    const bucket = bucketOf(us);
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
    this.count += 1;
    if (us < this.minUs) this.minUs = us;
    if (us > this.maxUs) this.maxUs = us;
  }

  reset(): void {
    this.counts.fill(0);
    this.count = 0;
    this.minUs = Infinity;
    this.maxUs = 0;
  }
}

/** What is kept of a histogram that takes no more values: its buckets that are not empty. */
export interface SparseHistogram {
  readonly buckets: Uint16Array;
  readonly counts: Uint32Array;
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
}

export function toSparse(histogram: LatencyHistogram): SparseHistogram {
  const buckets: number[] = [];
  const counts: number[] = [];
  for (const [bucket, count] of histogram.counts.entries()) {
    if (count === 0) continue;
    buckets.push(bucket);
    counts.push(count);
  }
  const { count, minUs, maxUs } = histogram;
  return {
    buckets: Uint16Array.from(buckets),
    counts: Uint32Array.from(counts),
    count,
    minUs,
    maxUs,
  };
}

/** Sum of any number of histograms, and the percentiles of the sum. */
export class LatencySum {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #minUs = Infinity;
  #maxUs = 0;

  addDense(histogram: LatencyHistogram): void {
    for (const [bucket, count] of histogram.counts.entries()) {
      if (count > 0) this.#add(bucket, count);
    }
    this.#addRange(histogram);
  }

  addSparse(histogram: SparseHistogram): void {
    for (const [index, bucket] of histogram.buckets.entries()) {
      this.#add(bucket, histogram.counts[index] ?? 0);
    }
    this.#addRange(histogram);
  }

  /**
   * The latency, ms, that the share `quantile` (0 to 1) of the values does not exceed, to within
   * 1.6 %; undefined where there is no value.
   */
  quantileMs(quantile: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(quantile * this.#count));
    let seen = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= rank) return this.#clamp(middleUs(bucket)) / 1000;
    }
    return this.#maxUs / 1000;
  }

  #add(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  #addRange(part: {
    readonly count: number;
    readonly minUs: number;
    readonly maxUs: number;
  }): void {
    this.#count += part.count;
    this.#minUs = Math.min(this.#minUs, part.minUs);
    this.#maxUs = Math.max(this.#maxUs, part.maxUs);
  }

  #clamp(us: number): number {
    return Math.min(Math.max(us, this.#minUs), this.#maxUs);
  }
}

/** Below `STEPS` each µs has its own bucket; above, each power of two is cut into `STEPS`. */
export function bucketOf(us: number): number {
  const whole = us >>> 0;
  if (whole < STEPS) return whole;
  const shift = 31 - Math.clz32(whole) - STEP_BITS;
  return (shift + 1) * STEPS + ((whole >>> shift) - STEPS);
}

/** The middle of a bucket's range, µs. */
export function middleUs(bucket: number): number {
  if (bucket < STEPS) return bucket + 0.5;
  const shift = Math.floor(bucket / STEPS) - 1;
  const low = ((bucket % STEPS) + STEPS) * 2 ** shift;
  return low + 2 ** shift / 2;
}
