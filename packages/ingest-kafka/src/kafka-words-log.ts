import type { Clock, Log } from '@netscope/domain';

import type { KafkaWords } from './kafkajs-driver.ts';

/** The same words again within this time are not logged: an outage repeats them many times a second. */
const REPEAT_MS = 10_000;
const REMEMBERED_MAX = 200;

/** Said of a setting that we chose: the producer's own bound on retries, past which the letter is tried anew. */
const KNOWN = 'Limiting retries for the idempotent producer may invalidate EoS guarantees';

/** What kafkajs says, as log lines without the repetitions. */
export class KafkaWordsLog {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #saidAtMs = new Map<string, number>();
  /** The last error it told. */
  last: string | undefined;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  readonly say: KafkaWords = (level, message, namespace) => {
    if (level === 'error') this.last = message;
    if (message === KNOWN) return;
    const nowMs = this.#clock.monotonicMs();
    const saidAtMs = this.#saidAtMs.get(message);
    if (saidAtMs !== undefined && nowMs - saidAtMs < REPEAT_MS) return;
    if (this.#saidAtMs.size >= REMEMBERED_MAX) this.#saidAtMs.clear();
    this.#saidAtMs.set(message, nowMs);
    this.#log.warn('kafka.client', message, { severity: level, part: namespace });
  };
}
