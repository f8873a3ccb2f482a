/** Values that the page draws over time, by their name in `/v1/host/history`. */
export const HOST_METRICS = [
  'cpu.usage_percent',
  'process.usage_percent',
  'process.rss_bytes',
  'pressure.cpu.some_avg10',
  'pressure.io.some_avg10',
  'pressure.memory.some_avg10',
] as const;

export type HostMetric = (typeof HOST_METRICS)[number];

/** The last minutes of the host in stretches of equal length, by the server's clock. */
export class HostSeries {
  readonly bucketMs: number;
  readonly length: number;
  readonly #byMetric = new Map<HostMetric, Map<number, number>>();

  constructor(bucketMs = 2000, length = 150) {
    this.bucketMs = bucketMs;
    this.length = length;
  }

  /** The newest value of a stretch stands for it. */
  add(metric: HostMetric, atMs: number, value: number): void {
    const values = this.#byMetric.get(metric) ?? new Map<number, number>();
    this.#byMetric.set(metric, values);
    const bucket = Math.floor(atMs / this.bucketMs);
    values.set(bucket, value);
    for (const old of values.keys()) if (old < bucket - this.length) values.delete(old);
  }

  /** Oldest first, absent where nothing is known; ends with the last stretch that is over. */
  values(metric: HostMetric, nowMs: number): readonly (number | undefined)[] {
    const values = this.#byMetric.get(metric);
    const current = Math.floor(nowMs / this.bucketMs);
    return Array.from({ length: this.length }, (_, index) =>
      values?.get(current - this.length + index),
    );
  }
}
