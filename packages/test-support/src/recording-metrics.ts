import type { Counter, GaugeName, GaugeSample, Histogram, MetricsRecorder } from '@netscope/domain';

/** Keeps what was counted, by `name{label=value,...}` in the order the labels were given. */
export class RecordingMetrics implements MetricsRecorder {
  readonly counts = new Map<string, number>();
  readonly observations = new Map<string, number[]>();
  readonly #gauges = new Map<string, () => readonly GaugeSample<GaugeName>[]>();

  counter(name: string, labels: Readonly<Record<string, string>>): Counter {
    const id = childId(name, labels);
    return { inc: (by = 1) => void this.counts.set(id, (this.counts.get(id) ?? 0) + by) };
  }

  histogram(name: string, labels: Readonly<Record<string, string>>): Histogram {
    const id = childId(name, labels);
    return {
      observe: (seconds) =>
        void this.observations.set(id, [...(this.observations.get(id) ?? []), seconds]),
    };
  }

  gauge(name: string, read: () => readonly GaugeSample<GaugeName>[]): void {
    this.#gauges.set(name, read);
  }

  /** What a scrape would read of one gauge now. */
  gaugeSamples(name: string): readonly GaugeSample<GaugeName>[] {
    return this.#gauges.get(name)?.() ?? [];
  }

  /** Sum of one counter over all its labels. */
  total(name: string): number {
    let sum = 0;
    for (const [id, count] of this.counts) if (id.startsWith(`${name}{`)) sum += count;
    return sum;
  }
}

function childId(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return `${name}{${pairs.join(',')}}`;
}
