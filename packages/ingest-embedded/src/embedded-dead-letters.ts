import path from 'node:path';

import {
  type DeadLetter,
  type DeadLetterPlace,
  type DeadLetters,
  deadLetterHeaders,
  SourceError,
} from '@netscope/domain';

import { PartitionLog } from './partition-log.ts';
import { topicFolder } from './topic-store.ts';

const SEGMENT_BYTES_MAX = 8 * 1024 * 1024;
const BYTES_MAX = 1024 * 1024 * 1024;

export interface EmbeddedDeadLettersOptions {
  /** `service.data_dir`. */
  readonly dataDir: string;
  readonly nowMs: () => number;
  /** Of one topic's letters; past it letters are refused and their offsets held. Default: 1 GiB. */
  readonly bytesMax?: number;
}

/** Dead letters in a log beside the one their records came from, under the same header names. */
export class EmbeddedDeadLetters implements DeadLetters {
  readonly #options: EmbeddedDeadLettersOptions;
  readonly #logByTopic = new Map<string, Promise<PartitionLog>>();

  constructor(options: EmbeddedDeadLettersOptions) {
    this.#options = options;
  }

  async park(letter: DeadLetter, signal: AbortSignal): Promise<DeadLetterPlace> {
    const { topic, key, value } = letter.record;
    try {
      signal.throwIfAborted();
      const log = await this.#logOf(topic);
      if (log.bytes >= (this.#options.bytesMax ?? BYTES_MAX)) throw new Error('the log is full');
      const headers = deadLetterHeaders(letter, (text) => Buffer.from(text));
      const offset = await log.append({ key, value, headers });
      return { topic: `${topic}.dead-letter`, partition: 0, offset };
    } catch (cause) {
      const message = `a dead letter of ${topic} could not be written`;
      throw new SourceError('DEAD_LETTER_UNWRITABLE', message, { kind: 'transient', cause });
    }
  }

  /** Closes the files; what was parked is on disk. */
  async close(): Promise<void> {
    const logs = await Promise.allSettled(this.#logByTopic.values());
    await Promise.all(
      logs.map(async (log) => (log.status === 'fulfilled' ? log.value.close() : undefined)),
    );
  }

  async #logOf(topic: string): Promise<PartitionLog> {
    const known = this.#logByTopic.get(topic);
    if (known !== undefined) return known;
    const opening = this.#open(topic);
    this.#logByTopic.set(topic, opening);
    // A failure is told to whoever waits for it; the next letter tries anew.
    opening.catch(() => this.#logByTopic.delete(topic));
    return opening;
  }

  async #open(topic: string): Promise<PartitionLog> {
    const folder = path.join(
      topicFolder(path.join(this.#options.dataDir, 'embedded'), topic),
      'dead-letters',
    );
    return PartitionLog.open({
      folder,
      segmentBytesMax: SEGMENT_BYTES_MAX,
      nowMs: this.#options.nowMs,
      onDurable: () => undefined,
    });
  }
}
