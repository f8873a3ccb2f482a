import type { TimerHandle, Timers } from '@netscope/domain';

/** Commits every interval, one at a time, and once more at the end. */
export class CommitLoop {
  readonly #timers: Timers;
  readonly #intervalMs: number;
  readonly #commit: () => Promise<void>;
  #timer: TimerHandle;
  #underWay: Promise<void> | undefined;
  #ended = false;

  /** `commit` MUST NOT reject. */
  constructor(options: {
    readonly timers: Timers;
    readonly intervalMs: number;
    readonly commit: () => Promise<void>;
  }) {
    this.#timers = options.timers;
    this.#intervalMs = options.intervalMs;
    this.#commit = options.commit;
    this.#timer = this.#schedule();
  }

  async end(): Promise<void> {
    this.#ended = true;
    this.#timers.clear(this.#timer);
    await this.#underWay;
    await this.#commit();
  }

  #schedule(): TimerHandle {
    return this.#timers.set(() => void this.#commitAndGoOn(), this.#intervalMs);
  }

  async #commitAndGoOn(): Promise<void> {
    this.#underWay = this.#commit();
    await this.#underWay;
    if (!this.#ended) this.#timer = this.#schedule();
  }
}
