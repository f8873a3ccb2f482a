import type { DeadLetter, DeadLetterPlace, RequestContext } from '@netscope/domain';

import { parkingContextOf } from './call-context.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import type { QuarantineReason, Reporter } from './reporter.ts';

/** Between tries to write a dead letter, or to find room for its audit event. */
const RETRY_MS = 1_000;

/**
 * Sets records aside: dead letter first, then the audit event that says where it is. A letter that
 * cannot be written is tried again for as long as the partition is held, and so holds its offset.
 */
export class Parking {
  readonly #options: DeliveryEngineOptions;
  readonly #reporter: Reporter;

  constructor(options: DeliveryEngineOptions, reporter: Reporter) {
    this.#options = options;
    this.#reporter = reporter;
  }

  /** True once parked and durable; false where the partition was lost before. */
  async park(delivery: Delivery, reason: QuarantineReason): Promise<boolean> {
    const context = parkingContextOf(delivery, this.#options);
    const place = await this.#write(letterOf(delivery, context, reason), delivery);
    if (place === undefined) return false;
    await this.#reporter.quarantine({ delivery, context, place, reason });
    const labels = { topic: delivery.record.topic, reason: reason.reason };
    this.#options.metrics.counter('records_quarantined_total', labels).inc();
    return true;
  }

  pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timers.set(resolve, RETRY_MS);
    });
  }

  async #write(letter: DeadLetter, { lease }: Delivery): Promise<DeadLetterPlace | undefined> {
    const { signal } = lease.abort;
    while (!signal.aborted) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- each try waits for the one before
        return await this.#options.deadLetters.park(letter, signal);
      } catch (error) {
        this.#noteFailure(letter, error);
        // oxlint-disable-next-line no-await-in-loop -- a pause between tries
        if (!signal.aborted) await this.pause();
      }
    }
    return undefined;
  }

  #noteFailure({ record, reason }: DeadLetter, error: unknown): void {
    const { topic, partition, offset } = record;
    this.#options.metrics.counter('dead_letter_write_errors_total', { topic }).inc();
    this.#options.log.error('dead_letter.unwritable', error, { topic, partition, offset, reason });
  }
}

function letterOf(
  delivery: Delivery,
  context: RequestContext,
  reason: QuarantineReason,
): DeadLetter {
  return {
    record: delivery.record,
    reason: reason.reason,
    context,
    upstream: delivery.disposition.route?.definition.upstream,
    tries: delivery.tries,
    firstTryAtMs: delivery.firstTryWallMs,
    status: delivery.lastStatus,
    errorCode: reason.errorCode,
    errorMessage: reason.errorMessage,
  };
}
