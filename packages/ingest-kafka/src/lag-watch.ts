import type { TimerHandle, Timers } from '@netscope/domain';

import type { ClusterView } from './cluster-view.ts';
import type { HeldPartition } from './held-partition.ts';

const INTERVAL_MS = 5000;

/** Asks for the ends of the logs now and then, in the background; a failure leaves the last ones. */
export class LagWatch {
  readonly #view: ClusterView;
  readonly #timers: Timers;
  readonly #held: () => ReadonlyMap<string, HeldPartition>;
  #timer: TimerHandle | undefined;
  #stopped = false;

  constructor(options: {
    readonly view: ClusterView;
    readonly timers: Timers;
    readonly held: () => ReadonlyMap<string, HeldPartition>;
  }) {
    this.#view = options.view;
    this.#timers = options.timers;
    this.#held = options.held;
    void this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    await this.#view.close();
  }

  async #look(): Promise<void> {
    const topics = new Set([...this.#held().values()].map(({ topic }) => topic));
    await Promise.allSettled([...topics].map(async (topic) => this.#lookAt(topic)));
    if (!this.#stopped) this.#timer = this.#timers.background(() => void this.#look(), INTERVAL_MS);
  }

  async #lookAt(topic: string): Promise<void> {
    const ends = await this.#view.logEnds(topic);
    for (const { partition, start, end } of ends) {
      const held = this.#held().get(`${topic}/${partition}`);
      if (held === undefined) continue;
      held.logStart = start;
      held.logEnd = Math.max(end, held.tracker.position);
    }
  }
}
