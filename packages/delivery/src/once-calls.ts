import { type OffsetMapPlace, recordFingerprint } from '@netscope/domain';

import type { Delivery } from './delivery.ts';
import type { DeliveryEngineOptions } from './engine-options.ts';
import { contentHash } from './identity.ts';

/**
 * Calls that with `ambiguous: park` must not be made twice: neither is their method idempotent nor
 * their key honoured. Each is written down before it begins, so that one that the end of the process
 * cuts off is parked by the next life instead of being made again.
 */
export class OnceCalls {
  readonly #options: DeliveryEngineOptions;
  readonly #isAsked: boolean;
  /** That calls cannot be written down was told, and none was since. */
  #isTold = false;

  constructor(options: DeliveryEngineOptions) {
    this.#options = options;
    this.#isAsked = options.policy.ambiguous === 'park';
  }

  /** False where the call must not begin: it cannot be written down. */
  begin(delivery: Delivery): boolean {
    const { prepared, record, firstTryWallMs } = delivery;
    if (!this.#isAsked || prepared === undefined || prepared.request.repeatable) return true;
    const { keyedHash, journal, clock } = this.#options;
    const { key, offset, timestampMs } = record;
    const keySha256 = record.keySha256 ?? (key === null ? undefined : contentHash(key, keyedHash));
    const wallMs = clock.wallMs();
    const isNoted = journal.noteBegun(this.#placeOf(delivery), {
      offset,
      fingerprint: recordFingerprint(timestampMs, keySha256),
      tries: delivery.tries + 1,
      firstTryAtMs: firstTryWallMs ?? wallMs,
      lastTryAtMs: wallMs,
      status: undefined,
      bytesLeft: true,
    });
    if (!isNoted && !this.#isTold) this.#options.log.warn('delivery.call_unwritten', UNWRITTEN);
    this.#isTold = !isNoted;
    return isNoted;
  }

  /** What became of the record's call is durable. */
  end(delivery: Delivery): void {
    if (!this.#isAsked) return;
    this.#options.journal.noteEnded(this.#placeOf(delivery), delivery.record.offset);
  }

  #placeOf({ record: { topic, partition } }: Delivery): OffsetMapPlace {
    const { cluster, group } = this.#options.source;
    return { cluster: cluster(), group, topic, partition };
  }
}

const UNWRITTEN =
  'calls that must not be made twice cannot be written down in data_dir: their records wait';
