import type { Clock } from '@netscope/domain';

/**
 * Whether the group still counts on this member. It gives up one that it did not hear of for the
 * session's length; a process that was stopped for that long hears of it last, and what it fetched
 * before may be another's by now.
 */
export class SessionWatch {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #heardAtMs: number;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#heardAtMs = clock.monotonicMs();
  }

  /** The group has heard of this member, and said so. */
  heard(): void {
    this.#heardAtMs = this.#clock.monotonicMs();
  }

  /** True until the group is heard again. */
  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#heardAtMs >= this.#timeoutMs;
  }
}
