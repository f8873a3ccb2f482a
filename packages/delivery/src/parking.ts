import type { DeadLetter, DeadLetterPlace, RequestContext } from '@netscope/domain';

import { parkingContextOf } from './call-context.ts';
import type { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import type { QuarantineReason, Reporter } from './reporter.ts';

/** Between tries to write a dead letter: at first, and at most, since thousands may be unwritten. */
const RETRY_MS = 1_000;
const RETRY_MAX_MS = 5_000;

/** What the engine does where a letter cannot be written. */
export interface ParkingHooks {
  /** For the first time: its record is to give back all that it holds but its key and its bytes. */
  readonly onUnwritten: (delivery: Delivery) => void;
  /** Resolves when there is room for one audit event. */
  readonly reserve: () => Promise<void>;
}

/**
 * Sets records aside: dead letter first, then the audit event that says where it is. A letter that
 * cannot be written is tried again for as long as the partition is held, and so holds its offset.
 */
export class Parking {
  readonly #options: DeliveryEngineOptions;
  readonly #reporter: Reporter;
  readonly #hooks: ParkingHooks;
  readonly #unwritten = new Set<Delivery>();
  #lastError = '';

  constructor(options: DeliveryEngineOptions, reporter: Reporter, hooks: ParkingHooks) {
    this.#options = options;
    this.#reporter = reporter;
    this.#hooks = hooks;
  }

  /** Letters that could not be written so far, and why the last could not. */
  get unwritten(): { readonly letters: number; readonly error: string | undefined } {
    const letters = this.#unwritten.size;
    return { letters, error: letters === 0 ? undefined : this.#lastError };
  }

  /** True once parked and durable; false where the partition was lost before. */
  async park(delivery: Delivery, reason: QuarantineReason): Promise<boolean> {
    const context = parkingContextOf(delivery, this.#options);
    const place = await this.#write(letterOf(delivery, context, reason), delivery);
    const wasUnwritten = this.#unwritten.delete(delivery);
    if (place === undefined) {
      if (!wasUnwritten) this.#options.audit.release();
      return false;
    }
    if (wasUnwritten) await this.#hooks.reserve();
    await this.#reporter.quarantine({ delivery, context, place, reason });
    const labels = { topic: delivery.record.topic, reason: reason.reason };
    this.#options.metrics.counter('records_quarantined_total', labels).inc();
    return true;
  }

  pause(delayMs = RETRY_MS): Promise<void> {
    return new Promise((resolve) => {
      this.#options.timers.set(resolve, delayMs);
    });
  }

  async #write(letter: DeadLetter, delivery: Delivery): Promise<DeadLetterPlace | undefined> {
    const { signal } = delivery.lease.abort;
    for (let delayMs = RETRY_MS; !signal.aborted; delayMs = Math.min(delayMs * 2, RETRY_MAX_MS)) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- each try waits for the one before
        return await this.#options.deadLetters.park(letter, signal);
      } catch (error) {
        this.#noteFailure(letter, error);
        this.#noteUnwritten(delivery, error);
        // oxlint-disable-next-line no-await-in-loop -- a pause between tries
        if (!signal.aborted) await this.pause(delayMs);
      }
    }
    return undefined;
  }

  #noteUnwritten(delivery: Delivery, error: unknown): void {
    this.#lastError = error instanceof Error ? error.message : String(error);
    if (this.#unwritten.has(delivery)) return;
    this.#unwritten.add(delivery);
    this.#hooks.onUnwritten(delivery);
  }

  #noteFailure({ record, context, reason }: DeadLetter, error: unknown): void {
    const { topic, partition, offset } = record;
    this.#options.metrics.counter('dead_letter_write_errors_total', { topic }).inc();
    this.#options.log.error('dead_letter.unwritable', error, {
      trace_id: context.traceId,
      span_id: context.spanId,
      request_id: context.requestId,
      route: context.route,
      topic,
      partition,
      offset,
      reason,
    });
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
