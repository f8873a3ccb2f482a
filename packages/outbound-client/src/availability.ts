import type { Clock, IntakeRefusal, TimerHandle, Timers, WaitReason } from '@netscope/domain';

/**
 * Remembers whether somebody was told to wait, and tells when it is worth asking again. Silent
 * while nobody waits. The last reason told is the one that holds, so only what ends it is told.
 */
export class Availability {
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #tell: () => void;
  #told: WaitReason | undefined;
  #timer: TimerHandle | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, timers: Timers, tell: () => void) {
    this.#clock = clock;
    this.#timers = timers;
    this.#tell = tell;
  }

  /** Somebody was told to wait. The circuit has a timer of its own for its opening. */
  waits({ reason, retryAfterMs }: IntakeRefusal): void {
    this.#told = reason;
    if (reason !== 'circuit_open' && retryAfterMs !== undefined) this.#wakeIn(retryAfterMs);
  }

  /** A permit came back: only who waits for one needs to hear. */
  permitFreed(): void {
    if (this.#told === 'bulkhead_full') this.changed();
  }

  /** What was told may no longer hold. */
  changed(): void {
    if (this.#told === undefined) return;
    this.#told = undefined;
    this.#tell();
  }

  close(): void {
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#told = undefined;
  }

  #wakeIn(waitMs: number): void {
    const atMs = this.#clock.monotonicMs() + waitMs;
    if (atMs >= this.#timerAtMs) return;
    if (this.#timer !== undefined) this.#timers.clear(this.#timer);
    this.#timerAtMs = atMs;
    this.#timer = this.#timers.background(() => this.#onTimer(), Math.max(1, Math.ceil(waitMs)));
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#timerAtMs = Number.POSITIVE_INFINITY;
    this.changed();
  }
}
