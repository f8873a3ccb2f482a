import {
  type Clock,
  type DeadLetter,
  type DeadLetterPlace,
  type DeadLetters,
  type Log,
  SourceError,
} from '@netscope/domain';

import type { KafkaSettings } from './kafka-settings.ts';
import { KafkaWordsLog } from './kafka-words-log.ts';
import { letterForms } from './letter-forms.ts';
import { LetterProducer } from './letter-producer.ts';
import { deadLetterTopicOf } from './start-check.ts';
import { isTooLarge } from './translate-kafka-error.ts';

export interface KafkaDeadLettersOptions {
  readonly kafka: KafkaSettings;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Dead letters in a topic, acknowledged by all its replicas in sync. A letter that the broker finds
 * too large is written without what makes it so (`letterForms`), and says so.
 */
export class KafkaDeadLetters implements DeadLetters {
  readonly #template: string;
  readonly #producer: LetterProducer;

  constructor(options: KafkaDeadLettersOptions) {
    this.#template = options.kafka.deadLetterTopic;
    const words = new KafkaWordsLog(options.clock, options.log);
    this.#producer = new LetterProducer(options.kafka, words.say);
  }

  async park(letter: DeadLetter, signal: AbortSignal): Promise<DeadLetterPlace> {
    const topic = deadLetterTopicOf(this.#template, letter.record.topic);
    try {
      signal.throwIfAborted();
      return await this.#write(letter, topic);
    } catch (cause) {
      const message = `a dead letter could not be written to ${topic}`;
      throw new SourceError('DEAD_LETTER_UNWRITABLE', message, {
        kind: 'transient',
        details: { topic },
        cause,
      });
    }
  }

  /** Closes the connections; letters under way are written before. */
  async close(): Promise<void> {
    await this.#producer.close();
  }

  async #write(letter: DeadLetter, topic: string): Promise<DeadLetterPlace> {
    let refusal: unknown;
    for (const form of letterForms(letter, topic)) {
      try {
        // Each is for the refusal of the one before it.
        // oxlint-disable-next-line no-await-in-loop
        return await this.#producer.write(form);
      } catch (error) {
        if (!isTooLarge(error)) throw error;
        refusal = error;
      }
    }
    throw refusal;
  }
}
