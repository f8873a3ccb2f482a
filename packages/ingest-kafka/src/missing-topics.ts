import type { Log, MetricsRecorder } from '@netscope/domain';

export interface MissingTopicsOptions {
  readonly topics: readonly string[];
  readonly metrics: MetricsRecorder;
  readonly log: Log;
  /** Told once for each change. */
  readonly onTopicChanged: (topic: string, state: 'missing' | 'found') => void;
}

/**
 * Topics that were deleted under a running source. The others are read on; one that is made again is
 * another log, of which nothing was read.
 */
export class MissingTopics {
  readonly #options: MissingTopicsOptions;
  #names: readonly string[] = [];
  #remade: ReadonlySet<string> = new Set();

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
  look(missing: readonly string[]): void {
    const before = this.#names;
    this.#names = missing;
    this.#remade = new Set(before.filter((topic) => !missing.includes(topic)));
    const { log, onTopicChanged } = this.#options;
    for (const topic of missing.filter((one) => !before.includes(one))) {
      log.warn('kafka.topic_missing', 'a topic is not in the cluster: others are read on', {
        topic,
      });
      onTopicChanged(topic, 'missing');
    }
    for (const topic of this.#remade) {
      log.info('kafka.topic_found', 'it is there again, and is read from its first record', {
        topic,
      });
      onTopicChanged(topic, 'found');
    }
  }

  /** Whether it was missing until the last look. */
  isRemade(topic: string): boolean {
    return this.#remade.has(topic);
  }
}
