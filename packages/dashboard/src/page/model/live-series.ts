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
  /** The stream was heard for all of it. */
  isWhole: boolean;
  calls: number;
  errors: number;
  latencies: number[];
  point: SeriesPoint | undefined;
}

const SAMPLES_MAX = 4096;

/**
 * Calls of the last minutes in buckets of equal length, by the server's clock. A bucket that was not
 * heard from end to end is a gap: neither a zero nor too small a number.
 */
export class LiveSeries {
  readonly bucketMs: number;
  readonly length: number;
  readonly #buckets = new Map<number, Bucket>();
  #heardFrom = Number.POSITIVE_INFINITY;

  constructor(bucketMs = 2000, length = 150) {
    this.bucketMs = bucketMs;
    this.length = length;
  }

  /** Every call since this instant has been, or is about to be, added. */
  listenFrom(fromMs: number): void {
    this.#heardFrom = Math.ceil(fromMs / this.bucketMs);
  }

  /** Calls of this stretch were missed: it becomes a gap. */
  missed(fromMs: number, toMs: number): void {
    const first = Math.floor(fromMs / this.bucketMs);
    for (const [index, bucket] of this.#buckets) if (index >= first) bucket.isWhole = false;
    this.listenFrom(toMs);
  }

  /** Every call up to this instant has been added, so that no call means none. */
  heard(nowMs: number): void {
    const current = Math.floor(nowMs / this.bucketMs);
    const oldest = current - this.length;
    for (let index = Math.max(this.#heardFrom, oldest); index <= current; index += 1) {
      this.#bucket(index).isWhole = true;
    }
    for (const index of this.#buckets.keys()) if (index < oldest) this.#buckets.delete(index);
  }

  add(sample: CallSample): void {
    const bucket = this.#bucket(Math.floor(sample.atMs / this.bucketMs));
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
    if (bucket === undefined || !bucket.isWhole) return undefined;
    bucket.point ??= pointOf(bucket, index * this.bucketMs, this.bucketMs / 1000);
    return bucket.point;
  }

  #bucket(index: number): Bucket {
    const known = this.#buckets.get(index);
    if (known !== undefined) return known;
    const bucket: Bucket = {
      isWhole: false,
      calls: 0,
      errors: 0,
      latencies: [],
      point: undefined,
    };
    this.#buckets.set(index, bucket);
    return bucket;
  }
}

/**
 * How many of the newest points a chart shows: a fifth, two fifths or all of them, whichever is the
 * least that leaves out nothing known. A page just opened does not draw into a corner.
 */
export function shownPoints(points: readonly (SeriesPoint | undefined)[]): number {
  const first = points.findIndex((point) => point !== undefined);
  const known = first === -1 ? 0 : points.length - first;
  const fifth = points.length / 5;
  return [fifth, 2 * fifth].find((count) => known <= count) ?? points.length;
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
