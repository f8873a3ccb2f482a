import type { Clock, DeliveryJournal, Log, Timers } from '@netscope/domain';

import { FormerSelf, type Remembered } from './former-self.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import { KafkaWordsLog } from './kafka-words-log.ts';
import type { MemberFileOptions } from './member-file.ts';
import { type CheckedCluster, meetCluster } from './start-check.ts';

export interface ClusterMeetingOptions {
  readonly kafka: KafkaSettings;
  readonly topics: readonly string[];
  /** Where this node keeps its name in the group; absent for one that keeps nothing. */
  readonly node: MemberFileOptions | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/**
 * What comes before the group is joined: the cluster is met, and the group is left as the member of
 * before a crash. It needs nothing of what records need but, for the latter, what that member did;
 * so it can go on while that is built.
 */
export class ClusterMeeting implements Disposable {
  readonly words: KafkaWordsLog;
  readonly former: FormerSelf | undefined;
  readonly #options: ClusterMeetingOptions;
  readonly #ended = new AbortController();
  readonly #remembered = Promise.withResolvers<Remembered>();
  #meeting: Promise<CheckedCluster | undefined> | undefined;
  #isTaken = false;

  constructor(options: ClusterMeetingOptions) {
    const { node } = options;
    this.#options = options;
    this.words = new KafkaWordsLog(options.clock, options.log);
    this.former = node && new FormerSelf(node, { ...options, say: this.words.say });
  }

  /** Begins; what it comes to is told by `met`. `source.kafka.start_budget_ms` runs from here. */
  begin(): void {
    this.#meeting ??= this.#meet();
    // It is told by `met`.
    this.#meeting.catch(() => undefined);
  }

  /**
   * The cluster, which is the caller's to close; `undefined` when the signal aborts first.
   * @throws {SourceError} as `meetCluster`.
   */
  async met(signal: AbortSignal): Promise<CheckedCluster | undefined> {
    const end = (): void => this.#ended.abort();
    if (signal.aborted) end();
    signal.addEventListener('abort', end, { once: true });
    this.begin();
    this.#isTaken = true;
    try {
      return await this.#meeting;
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** What a former life of this node did; the group is not left in its name before. */
  remember(journal: DeliveryJournal | undefined): void {
    this.#remembered.resolve({ kind: 'journal', journal });
  }

  /** Ends it, and closes in its own time what nobody asked for: an end waits for no broker. */
  [Symbol.dispose](): void {
    this.#ended.abort();
    this.#remembered.resolve({ kind: 'ended' });
    if (this.#isTaken) return;
    this.#meeting?.then(async (cluster) => cluster?.view.close()).catch(() => undefined);
  }

  async #meet(): Promise<CheckedCluster | undefined> {
    const { signal } = this.#ended;
    const cluster = await meetCluster({ ...this.#options, words: this.words }, signal);
    if (cluster === undefined) return undefined;
    await this.former?.leave(cluster.clusterId, this.#remembered.promise);
    return cluster;
  }
}
