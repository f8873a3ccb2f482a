import type { Clock, TimerHandle, Timers, UpstreamDefinition } from '@netscope/domain';

export interface RateLimitChange {
  readonly mode: 'enforce' | 'observe';
  readonly state: 'within' | 'exceeded';
  /** Which rate, and what became of the calls over it. */
  readonly reason: string;
}

export interface RateLimitWatchParts {
  readonly rateLimit: UpstreamDefinition['rateLimit'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onChange: (change: RateLimitChange) => void;
}

/** As long as nothing was over the limit before it counts as kept: at most two changes in that time. */
const QUIET_MS = 10_000;

/** Tells when calls come faster than a rate limit lets through, and when they no longer do. */
export class RateLimitWatch {
  readonly #parts: RateLimitWatchParts;
  #timer: TimerHandle | undefined;
  #lastAtMs = 0;

  constructor(parts: RateLimitWatchParts) {
    this.#parts = parts;
  }

  get state(): RateLimitChange['state'] {
    return this.#timer === undefined ? 'within' : 'exceeded';
  }

  /** A call found no token. */
  exceeded(nowMs: number): void {
    this.#lastAtMs = nowMs;
    if (this.#timer !== undefined) return;
    this.#wakeIn(QUIET_MS);
    const { perSecond, mode } = this.#parts.rateLimit;
    const became = mode === 'enforce' ? 'they wait' : 'they go out all the same';
    this.#tell(`calls came faster than ${perSecond} a second: ${became}`);
  }

  close(): void {
    if (this.#timer !== undefined) this.#parts.timers.clear(this.#timer);
    this.#timer = undefined;
  }

  #wakeIn(waitMs: number): void {
    this.#timer = this.#parts.timers.background(() => this.#onTimer(), Math.ceil(waitMs));
  }

  #onTimer(): void {
    const leftMs = this.#lastAtMs + QUIET_MS - this.#parts.clock.monotonicMs();
    if (leftMs > 0) {
      this.#wakeIn(leftMs);
      return;
    }
    this.#timer = undefined;
    const { perSecond } = this.#parts.rateLimit;
    this.#tell(`for ${QUIET_MS / 1000} s no call was over ${perSecond} a second`);
  }

  #tell(reason: string): void {
    const { rateLimit, onChange } = this.#parts;
    onChange({ mode: rateLimit.mode, state: this.state, reason });
  }
}
