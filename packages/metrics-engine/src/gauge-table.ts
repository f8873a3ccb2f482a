import type { Log } from '@netscope/domain';

import type { Sample } from './metric-family.ts';
import {
  allowedLabels,
  labelKey,
  type Labels,
  overflowLabels,
  type SeriesBudget,
} from './series-table.ts';

export type GaugeReader = () => readonly { readonly labels: Labels; readonly value: number }[];

interface GaugeTableOptions {
  readonly name: string;
  readonly labelNames: readonly string[];
  readonly budget: SeriesBudget;
  readonly log: Log;
}

/**
 * The readers of one gauge. Samples of several readers with the same labels are summed; a reader
 * that throws is logged once and has no sample in that scrape.
 */
export class GaugeTable {
  readonly #options: GaugeTableOptions;
  readonly #readers: { readonly read: GaugeReader; failed: boolean }[] = [];

  constructor(options: GaugeTableOptions) {
    this.#options = options;
  }

  add(read: GaugeReader): void {
    this.#readers.push({ read, failed: false });
  }

  samples(): readonly Sample[] {
    const { labelNames, budget } = this.#options;
    const byKey = new Map<string, { labels: Labels; value: number }>();
    const room = Math.max(1, budget.left);
    for (const { labels: given, value } of this.#readAll()) {
      if (!Number.isFinite(value)) continue;
      const labels =
        byKey.size < room ? allowedLabels(labelNames, given) : overflowLabels(labelNames);
      const key = labelKey(labelNames, labels);
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, { labels, value });
      else known.value += value;
    }
    return [...byKey.values()];
  }

  #readAll(): Sample[] {
    const samples: Sample[] = [];
    for (const reader of this.#readers) {
      try {
        samples.push(...reader.read());
      } catch (error) {
        if (!reader.failed) {
          this.#options.log.error('metrics.gauge_failed', error, { metric: this.#options.name });
        }
        reader.failed = true;
      }
    }
    return samples;
  }
}
