import { doneBefore, type Log, SourceError, type Timers } from '@netscope/domain';

import { ClusterView } from './cluster-view.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { KafkaWordsLog } from './kafka-words-log.ts';
import { sleep } from './sleep.ts';

const POLL_MS = 500;

export interface StartCheckOptions {
  readonly kafka: KafkaSettings;
  readonly topics: readonly string[];
  readonly timers: Timers;
  readonly log: Log;
  readonly words: KafkaWordsLog;
}

interface Obstacle {
  readonly what: string;
  readonly cause?: unknown;
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
 * creates the latter where the settings say so. `undefined` when the signal aborts first.
 * @throws {SourceError} SOURCE_START_TIMEOUT past the start budget, naming what is missing;
 *   SOURCE_MISCONFIGURED at once where the cluster refuses us.
 */
export async function meetCluster(
  options: StartCheckOptions,
  signal: AbortSignal,
): Promise<CheckedCluster | undefined> {
  const { kafka, timers } = options;
  const late = new AbortController();
  const timer = timers.set(() => late.abort(), kafka.startBudgetMs);
  const end = AbortSignal.any([signal, late.signal]);
  const attempt = new MeetingAttempt(options);
  try {
    while (!end.aborted) {
      // Each look follows on what the one before it found.
      // oxlint-disable-next-line no-await-in-loop
      const cluster = await attempt.lookUntil(end);
      if (cluster !== undefined) return cluster;
      if (!end.aborted) attempt.tellObstacle();
      // oxlint-disable-next-line no-await-in-loop
      await sleep(timers, POLL_MS, end);
    }
  } finally {
    timers.clear(timer);
  }
  attempt.abandon();
  if (signal.aborted) return undefined;
  throw startTimeout(kafka.startBudgetMs, attempt.obstacle);
}

/** The error of a start that took too long; `obstacle` says what stood in its way. */
export function startTimeout(budgetMs: number, obstacle: Obstacle): SourceError {
  return new SourceError(
    'SOURCE_START_TIMEOUT',
    `Kafka was not ready within start_budget_ms (${budgetMs}): ${obstacle.what}`,
    { kind: 'transient', cause: obstacle.cause },
  );
}

class MeetingAttempt {
  readonly #options: StartCheckOptions;
  readonly #letterTopics: readonly string[];
  #view: ClusterView | undefined;
  #looking: Promise<CheckedCluster | undefined> | undefined;
  #told = '';
  #obstacle: Obstacle | undefined;

  constructor(options: StartCheckOptions) {
    const { kafka, topics } = options;
    this.#options = options;
    const letterTopics = topics.map((topic) => deadLetterTopicOf(kafka.deadLetterTopic, topic));
    this.#letterTopics = [...new Set(letterTopics)];
  }

  /** What it last came to, or else the client's last words. */
  get obstacle(): Obstacle {
    return this.#obstacle ?? { what: this.#options.words.last ?? 'no broker answers' };
  }

  /**
   * `undefined` where something stands in the way, or brokers are slower than the signal.
   * @throws {SourceError} where another look is no use.
   */
  async lookUntil(end: AbortSignal): Promise<CheckedCluster | undefined> {
    const looking = this.#look();
    this.#looking = looking;
    // One that comes too late is told nobody.
    looking.catch(() => undefined);
    return (await doneBefore(looking, end)) ? looking : undefined;
  }

  /** Says once what stands in the way, and again when it is something else. */
  tellObstacle(): void {
    const { what } = this.obstacle;
    if (what === this.#told) return;
    this.#told = what;
    this.#options.log.warn('kafka.waiting', 'the start waits for Kafka', { reason: what });
  }

  /** Closes in its own time what was connected: an end waits for no broker. */
  abandon(): void {
    const close = async (): Promise<void> => this.#view?.close();
    this.#looking?.then(close, close).catch(() => undefined);
  }

  async #look(): Promise<CheckedCluster | undefined> {
    const { kafka, words } = this.#options;
    try {
      this.#view ??= await ClusterView.connect(kafka, words.say);
      const clusterId = await this.#view.clusterId();
      await this.#requireRights(this.#view);
      const missing = await this.#missing(this.#view);
      if (missing.length === 0) {
        await this.#compareSizes(this.#view);
        return { view: this.#view, clusterId };
      }
      this.#obstacle = { what: `missing topics: ${missing.join(', ')}` };
    } catch (error) {
      if (!(error instanceof SourceError) || error.kind !== 'transient') throw error;
      this.#obstacle = { what: error.message, cause: error };
    }
    return undefined;
  }

  /** The first record that is parked would be the first to tell, and hold its partition. */
  async #requireRights(view: ClusterView): Promise<void> {
    const [unreadable] = await view.lacking('READ', this.#options.topics);
    if (unreadable !== undefined) throw refused('read', `the topic ${unreadable}`);
    const [unwritable] = await view.lacking('WRITE', this.#letterTopics);
    if (unwritable !== undefined) throw refused('write', `to the dead letter topic ${unwritable}`);
  }

  /** Dead letter topics are created where the settings say so; whoever writes a topic creates it. */
  async #missing(view: ClusterView): Promise<readonly string[]> {
    const { kafka, topics } = this.#options;
    const known = await view.topics();
    const isMissing = (topic: string): boolean => !known.has(topic);
    const sources = topics.filter(isMissing);
    const letters = this.#letterTopics.filter(isMissing);
    if (!kafka.createTopics) return [...sources, ...letters];
    await Promise.all(letters.map((topic) => view.createTopic(topic)));
    return sources;
  }

  /** A dead letter topic that takes less than the topic it serves gets letters without value. */
  async #compareSizes(view: ClusterView): Promise<void> {
    const { kafka, topics, log } = this.#options;
    const bytesMaxByTopic = new Map<string, number>();
    const untold: string[] = [];
    await Promise.all(
      [...topics, ...this.#letterTopics].map(async (topic) => {
        const bytesMax = await view.maxMessageBytes(topic);
        if (bytesMax === undefined) untold.push(topic);
        else bytesMaxByTopic.set(topic, bytesMax);
      }),
    );
    if (untold.length > 0) {
      log.warn(
        'kafka.sizes_not_compared',
        'whether the dead letter topic takes records as large as the topics that are read is not known: our principal needs the ACL DESCRIBE_CONFIGS to be told max.message.bytes',
        { reason: `not told of ${untold.toSorted().join(', ')}` },
      );
    }
    for (const topic of topics) {
      const letterTopic = deadLetterTopicOf(kafka.deadLetterTopic, topic);
      const taken = bytesMaxByTopic.get(letterTopic);
      const given = bytesMaxByTopic.get(topic);
      if (taken === undefined || given === undefined || taken >= given) continue;
      log.warn(
        'kafka.dead_letter_topic_small',
        'the dead letter topic takes smaller records than the topic it serves: larger ones are set aside without their value',
        { topic, dead_letter_topic: letterTopic, bytes_max: taken, topic_bytes_max: given },
      );
    }
  }
}

function refused(doing: 'read' | 'write', what: string): SourceError {
  const message = `our principal may not ${doing} ${what}: it needs the ACL ${doing.toUpperCase()} on that topic`;
  return new SourceError('SOURCE_MISCONFIGURED', message, { kind: 'permanent' });
}
