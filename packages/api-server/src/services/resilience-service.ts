import { type DeliveryStatus, queueDepthOf, type ResilienceSnapshot } from '@netscope/domain';

import type { ResilienceState } from '../contract.ts';
import { RequestError } from '../dto/request-error.ts';
import { holdDto, upstreamStateDto } from '../dto/resilience-dto.ts';

interface ResilienceServiceOptions {
  readonly resilience: () => readonly ResilienceSnapshot[];
  readonly deliveryStatus: () => DeliveryStatus;
}

/** The policies of every upstream as they stand. */
export class ResilienceService {
  readonly #options: ResilienceServiceOptions;

  constructor(options: ResilienceServiceOptions) {
    this.#options = options;
  }

  upstreamNames(): readonly string[] {
    return this.#snapshots().map(({ upstream }) => upstream);
  }

  all(): ResilienceState {
    return this.#state(this.#snapshots());
  }

  /** @throws {RequestError} `NOT_FOUND` for an upstream that is not configured. */
  one(upstream: string): ResilienceState {
    const snapshots = this.#snapshots();
    const wanted = snapshots.filter((snapshot) => snapshot.upstream === upstream);
    if (wanted.length === 0) {
      throw new RequestError('NOT_FOUND', 'there is no such upstream', {
        upstreams: snapshots.map((snapshot) => snapshot.upstream),
      });
    }
    return this.#state(wanted);
  }

  #state(snapshots: readonly ResilienceSnapshot[]): ResilienceState {
    const { waitingByUpstream, holds } = this.#options.deliveryStatus();
    const entries = snapshots.map((snapshot) => {
      const queueDepth = queueDepthOf(snapshot, waitingByUpstream);
      return [snapshot.upstream, upstreamStateDto(snapshot, queueDepth)] as const;
    });
    return { upstreams: Object.fromEntries(entries), holds: holds.map(holdDto) };
  }

  #snapshots(): readonly ResilienceSnapshot[] {
    try {
      return this.#options.resilience();
    } catch (error) {
      const failure = new RequestError(
        'RESILIENCE_STATE_UNAVAILABLE',
        'the state of the upstreams could not be read',
      );
      failure.cause = error;
      throw failure;
    }
  }
}
