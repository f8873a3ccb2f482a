import type { TimerHandle, Timers } from '@netscope/domain';

import type { Broker, ClusterView } from './cluster-view.ts';
import type { HeldPartition } from './held-partition.ts';

const INTERVAL_MS = 5000;

/** It lags, and neither a record taken nor an earlier answer tells for how long. */
function isUnknown({ lagRecords, tracker, nextStamp, nextOffset }: HeldPartition): boolean {
  if (lagRecords === undefined || lagRecords === 0) return false;
  return tracker.oldestTimestampMs === undefined && nextStamp?.offset !== nextOffset;
}

/**
 * Asks for the ends of the logs now and then, for the age of what is next where nothing is taken, and
 * for who the brokers are, in the background; a failure leaves the last answers.
 */
export class LagWatch {
  readonly #view: ClusterView;
  readonly #timers: Timers;
  readonly #held: () => ReadonlyMap<string, HeldPartition>;
  #timer: TimerHandle | undefined;
  #stopped = false;
  #brokers: readonly Broker[] = [];

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

  /** As the cluster said last; none before its first answer. */
  get brokers(): readonly Broker[] {
    return this.#brokers;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    await this.#view.close();
  }

  async #look(): Promise<void> {
    const topics = new Set([...this.#held().values()].map(({ topic }) => topic));
    await Promise.allSettled([
      this.#lookForBrokers(),
      ...[...topics].map(async (topic) => this.#lookAt(topic)),
    ]);
    if (!this.#stopped) this.#timer = this.#timers.background(() => void this.#look(), INTERVAL_MS);
  }

  async #lookForBrokers(): Promise<void> {
    this.#brokers = await this.#view.brokers();
  }

  async #lookAt(topic: string): Promise<void> {
    const ends = await this.#view.logEnds(topic);
    for (const { partition, start, end } of ends) {
      const held = this.#held().get(`${topic}/${partition}`);
      if (held === undefined) continue;
      held.logStart = start;
      // The answer may be older than the last fetch; of a lost position nothing was fetched.
      held.logEnd = held.loss === undefined ? Math.max(end, held.tracker.position) : end;
    }
    const behind = [...this.#held().values()].filter(
      (held) => held.topic === topic && isUnknown(held),
    );
    // kafkajs opens a connection for each request that finds none, and forgets all but the last.
    // oxlint-disable-next-line no-await-in-loop
    for (const held of behind) await this.#stamp(held);
  }

  /** Asks for the age of what is next, where nothing that was taken tells it. */
  async #stamp(held: HeldPartition): Promise<void> {
    const { topic, partition, nextOffset: offset } = held;
    const timestampMs = await this.#view.timestampAt({ topic, partition, offset });
    if (timestampMs !== undefined) held.nextStamp = { offset, timestampMs };
  }
}
