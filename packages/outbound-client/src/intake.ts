import {
  type Clock,
  type Counter,
  ThrottleHold,
  type Timers,
  TokenBucket,
  type UpstreamDefinition,
} from '@netscope/domain';

import type { AttemptEnd } from './attempt-end.ts';
import type { CallState } from './call-state.ts';
import type { Intake } from './layers/rate-limit-layer.ts';
import { type RateLimitChange, RateLimitWatch } from './rate-limit-watch.ts';

export interface ThrottleBounds {
  /** The first wait where an upstream asks for one and tells no time. */
  readonly baseMs: number;
  /** The longest that is believed, or waited untold. */
  readonly capMs: number;
}

export interface IntakeParts {
  readonly definition: UpstreamDefinition;
  readonly throttle: ThrottleBounds;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Counts what a limit that is only observed would have held. */
  readonly overLimit: Counter;
  readonly onRateLimitChange: (change: RateLimitChange) => void;
}

/** What one upstream lets in: its rate limit, and the waits that it asked for. */
export class UpstreamIntake implements Intake {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket | undefined;
  readonly #isEnforcing: boolean;
  readonly #watch: RateLimitWatch;
  readonly #overLimit: Counter;
  readonly #hold: ThrottleHold;
  /** An operator's pause; absent while there is none. */
  pause: { readonly reason: string; readonly sinceMs: number } | undefined;

  constructor(parts: IntakeParts) {
    const { clock, timers, throttle, onRateLimitChange: onChange } = parts;
    const { rateLimit } = parts.definition;
    this.#clock = clock;
    this.#overLimit = parts.overLimit;
    this.#watch = new RateLimitWatch({ rateLimit, clock, timers, onChange });
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
    if (this.#bucket === undefined || this.#bucket.take(nowMs)) return true;
    this.noteRateLimited(nowMs);
    if (!this.#isEnforcing) this.#overLimit.inc();
    return !this.#isEnforcing;
  }

  /** The rate limit held a call, or would have. */
  noteRateLimited(nowMs: number): void {
    this.#watch.exceeded(nowMs);
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

  get rateLimitState(): RateLimitChange['state'] {
    return this.#watch.state;
  }

  close(): void {
    this.#watch.close();
  }
}
