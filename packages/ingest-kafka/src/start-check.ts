import { type Clock, type Log, SourceError, type Timers } from '@netscope/domain';

import { ClusterView } from './cluster-view.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { KafkaWords } from './kafkajs-driver.ts';
import { sleep } from './sleep.ts';

const POLL_MS = 500;

export interface StartCheckOptions {
  readonly kafka: KafkaSettings;
  readonly topics: readonly string[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  readonly say: KafkaWords;
}

/** A cluster that was met, with every topic that is needed. */
export interface CheckedCluster {
  readonly view: ClusterView;
  readonly clusterId: string;
}

/** The dead letter topic of each topic read. */
export function deadLetterTopicOf(template: string, topic: string): string {
  return template.replaceAll('{topic}', topic);
}

/**
 * Waits until the cluster is there and holds the topics to be read and the dead letter topics, or
 * creates these where the settings say so. `undefined` when the signal aborts first.
 * @throws {SourceError} SOURCE_START_TIMEOUT past the start budget, naming what is missing;
 *   SOURCE_MISCONFIGURED at once where the cluster refuses us.
 */
export async function meetCluster(
  options: StartCheckOptions,
  signal: AbortSignal,
): Promise<CheckedCluster | undefined> {
  const { clock, kafka, timers } = options;
  const deadlineMs = clock.monotonicMs() + kafka.startBudgetMs;
  const attempt = new MeetingAttempt(options);
  while (!signal.aborted) {
    // Each look follows on what the one before it found.
    // oxlint-disable-next-line no-await-in-loop
    const cluster = await attempt.look();
    if (cluster !== undefined) return cluster;
    attempt.tellObstacle();
    if (clock.monotonicMs() + POLL_MS > deadlineMs) break;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(timers, POLL_MS, signal);
  }
  await attempt.close();
  if (signal.aborted) return undefined;
  throw startTimeout(kafka.startBudgetMs, attempt.obstacle);
}

/** The error of a start that took too long; `obstacle` says what stood in its way. */
export function startTimeout(
  budgetMs: number,
  obstacle: { readonly what: string; readonly cause?: unknown },
): SourceError {
  return new SourceError(
    'SOURCE_START_TIMEOUT',
    `Kafka was not ready within start_budget_ms (${budgetMs}): ${obstacle.what}`,
    { kind: 'transient', cause: obstacle.cause },
  );
}

class MeetingAttempt {
  readonly #options: StartCheckOptions;
  #view: ClusterView | undefined;
  #told = '';
  obstacle: { readonly what: string; readonly cause?: unknown } = { what: 'nothing was tried' };

  constructor(options: StartCheckOptions) {
    this.#options = options;
  }

  /** @throws {SourceError} where another look is no use. */
  async look(): Promise<CheckedCluster | undefined> {
    const { kafka, say } = this.#options;
    try {
      this.#view ??= await ClusterView.connect(kafka, say);
      const clusterId = await this.#view.clusterId();
      const missing = await this.#missing(this.#view);
      if (missing.length === 0) {
        await this.#compareSizes(this.#view);
        return { view: this.#view, clusterId };
      }
      this.obstacle = { what: `missing topics: ${missing.join(', ')}` };
    } catch (error) {
      if (!(error instanceof SourceError) || error.kind !== 'transient') throw error;
      this.obstacle = { what: error.message, cause: error };
    }
    return undefined;
  }

  /** Says once what stands in the way, and again when it is something else. */
  tellObstacle(): void {
    const { what } = this.obstacle;
    if (what === this.#told) return;
    this.#told = what;
    this.#options.log.warn('kafka.waiting', 'the start waits for Kafka', { reason: what });
  }

  async close(): Promise<void> {
    await this.#view?.close();
  }

  async #missing(view: ClusterView): Promise<readonly string[]> {
    const { kafka, topics } = this.#options;
    const letters = topics.map((topic) => deadLetterTopicOf(kafka.deadLetterTopic, topic));
    const known = await view.topics();
    const missing = [...new Set([...topics, ...letters])].filter((topic) => !known.has(topic));
    if (!kafka.createTopics) return missing;
    await Promise.all(missing.map((topic) => view.createTopic(topic)));
    return [];
  }

  /** A dead letter topic that takes less than the topic it serves gets letters without value. */
  async #compareSizes(view: ClusterView): Promise<void> {
    const { kafka, topics, log } = this.#options;
    await Promise.all(
      topics.map(async (topic) => {
        const letterTopic = deadLetterTopicOf(kafka.deadLetterTopic, topic);
        const [taken, given] = await Promise.all([
          view.maxMessageBytes(letterTopic),
          view.maxMessageBytes(topic),
        ]);
        if (taken === undefined || given === undefined || taken >= given) return;
        log.warn(
          'kafka.dead_letter_topic_small',
          'the dead letter topic takes smaller records than the topic it serves: larger ones are set aside without their value',
          { topic, dead_letter_topic: letterTopic, bytes_max: taken, topic_bytes_max: given },
        );
      }),
    );
  }
}
