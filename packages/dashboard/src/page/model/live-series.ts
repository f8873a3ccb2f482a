/** What one stretch of time held. Latencies in ms, absent where no call ended. */
export interface SeriesPoint {
  /** Start of the stretch, ms since the epoch. */
  readonly atMs: number;
  readonly callsPerSecond: number;
  readonly errorsPerSecond: number;
  /** 0 to 1; absent where no call ended. */
  readonly errorShare: number | undefined;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
}

/** What the series keeps of one call. */
export interface CallSample {
  readonly atMs: number;
  readonly latencyMs: number;
  readonly delivered: boolean;
}

interface Bucket {
  calls: number;
  errors: number;
  latencies: number[];
  point: SeriesPoint | undefined;
}

const SAMPLES_MAX = 4096;

/**
 * Calls of the last minutes in buckets of equal length, by the server's clock. A bucket nobody
 * listened to is a gap, not a zero.
 */
export class LiveSeries {
  readonly bucketMs: number;
  readonly length: number;
  readonly #buckets = new Map<number, Bucket>();

  constructor(bucketMs = 2000, length = 150) {
    this.bucketMs = bucketMs;
    this.length = length;
  }

  /** Says that the stream was heard at this instant, so that no call means none. */
  listen(nowMs: number): void {
    this.#bucketAt(nowMs);
    this.#forgetBefore(Math.floor(nowMs / this.bucketMs) - this.length);
  }

  add(sample: CallSample): void {
    const bucket = this.#bucketAt(sample.atMs);
    if (!sample.delivered) bucket.errors += 1;
    // Past the bound the newest replace the oldest.
    bucket.latencies[bucket.calls % SAMPLES_MAX] = sample.latencyMs;
    bucket.calls += 1;
    bucket.point = undefined;
  }

  /** One entry a bucket, oldest first, absent for a gap; the bucket under way is left out. */
  points(nowMs: number): readonly (SeriesPoint | undefined)[] {
    const current = Math.floor(nowMs / this.bucketMs);
    return Array.from({ length: this.length }, (_, index) =>
      this.#pointOf(current - this.length + index),
    );
  }

  #pointOf(index: number): SeriesPoint | undefined {
    const bucket = this.#buckets.get(index);
    if (bucket === undefined) return undefined;
    bucket.point ??= pointOf(bucket, index * this.bucketMs, this.bucketMs / 1000);
    return bucket.point;
  }

  #bucketAt(atMs: number): Bucket {
    const index = Math.floor(atMs / this.bucketMs);
    const known = this.#buckets.get(index);
    if (known !== undefined) return known;
    const bucket: Bucket = { calls: 0, errors: 0, latencies: [], point: undefined };
    this.#buckets.set(index, bucket);
    return bucket;
  }

  #forgetBefore(oldest: number): void {
    for (const index of this.#buckets.keys()) if (index < oldest) this.#buckets.delete(index);
  }
}

function pointOf(bucket: Bucket, atMs: number, seconds: number): SeriesPoint {
  const sorted = bucket.latencies.toSorted((a, b) => a - b);
  return {
    atMs,
    callsPerSecond: bucket.calls / seconds,
    errorsPerSecond: bucket.errors / seconds,
    errorShare: bucket.calls === 0 ? undefined : bucket.errors / bucket.calls,
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    p99: percentile(sorted, 0.99),
  };
}

/** Nearest rank. */
function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
}
