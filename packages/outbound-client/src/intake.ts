import { type Clock, ThrottleHold, TokenBucket, type UpstreamDefinition } from '@netscope/domain';

import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';
import type { Intake } from './layers/rate-limit-layer.ts';

export interface ThrottleBounds {
  /** The first wait where an upstream asks for one and tells no time. */
  readonly baseMs: number;
  /** The longest that is believed, or waited untold. */
  readonly capMs: number;
}

/** What one upstream lets in: its rate limit, and the waits that it asked for. */
export class UpstreamIntake implements Intake {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket | undefined;
  readonly #isEnforcing: boolean;
  readonly #hold: ThrottleHold;
  /** An operator's pause; absent while there is none. */
  pause: { readonly reason: string; readonly sinceMs: number } | undefined;

  constructor(definition: UpstreamDefinition, throttle: ThrottleBounds, clock: Clock) {
    const { rateLimit } = definition;
    this.#clock = clock;
    this.#bucket =
      rateLimit.perSecond > 0 ? new TokenBucket(rateLimit, clock.monotonicMs()) : undefined;
    this.#isEnforcing = rateLimit.mode === 'enforce';
    this.#hold = new ThrottleHold(throttle);
  }

  /** Hears whether an answer asked to wait. */
  hear(call: CallState, end: AttemptEnd): void {
    if (end.outcome !== 'responded') return;
    const { admittedAtMs } = call;
    if (end.throttle === undefined) this.#hold.flowed(admittedAtMs);
    else this.#hold.throttled({ ...end.throttle, admittedAtMs }, this.#clock.monotonicMs());
  }

  take(nowMs: number): boolean {
    if (this.pause !== undefined || this.throttledMs(nowMs) > 0) return false;
    return this.#bucket === undefined || this.#bucket.take(nowMs) || !this.#isEnforcing;
  }

  giveBack(nowMs: number): void {
    this.#bucket?.giveBack(nowMs);
  }

  waitMs(nowMs: number): number {
    // Nobody knows how long an operator takes: callers with a deadline need not wait for them.
    if (this.pause !== undefined) return Number.POSITIVE_INFINITY;
    return Math.max(this.throttledMs(nowMs), this.tokenWaitMs(nowMs));
  }

  throttledMs(nowMs: number): number {
    return this.#hold.remainingMs(nowMs);
  }

  tokenWaitMs(nowMs: number): number {
    return this.#isEnforcing ? (this.#bucket?.waitMs(nowMs) ?? 0) : 0;
  }

  tokensLeft(nowMs: number): number | undefined {
    return this.#bucket?.left(nowMs);
  }
}
