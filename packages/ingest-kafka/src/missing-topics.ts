import type { Log, MetricsRecorder } from '@netscope/domain';

export interface MissingTopicsOptions {
  readonly topics: readonly string[];
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  /** Told once for each change. */
  readonly onTopicChanged: (topic: string, state: 'missing' | 'found') => void;
}

/**
 * Topics that were deleted under a running source, as it is told by the cluster: a broker that has just
 * started may say so of one that it does not know yet.
 */
export class MissingTopics {
  readonly #options: MissingTopicsOptions;
  #names: readonly string[] = [];

  constructor(options: MissingTopicsOptions) {
    this.#options = options;
    const { metrics, topics } = options;
    metrics.gauge('topic_missing', () =>
      topics.map((topic) => ({ labels: { topic }, value: Number(this.#names.includes(topic)) })),
    );
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** Takes what a new generation knows to be missing, and tells what changed. */
  become(missing: readonly string[]): void {
    const before = this.#names;
    this.#names = missing;
    const { log, onTopicChanged } = this.#options;
    for (const topic of missing.filter((one) => !before.includes(one))) {
      log.warn('kafka.topic_missing', 'a topic is not in the cluster: others are read on', {
        topic,
      });
      onTopicChanged(topic, 'missing');
    }
    for (const topic of before.filter((one) => !missing.includes(one))) {
      log.info('kafka.topic_found', 'a topic is in the cluster again, and is read on', { topic });
      onTopicChanged(topic, 'found');
    }
  }
}
