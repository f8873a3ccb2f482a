import type { TimerHandle, Timers } from '@netscope/domain';

export interface RetryQueueOptions<T> {
  readonly timers: Timers;
  /** Does the work for one; true when it is done with. Never rejects. */
  readonly work: (item: T) => Promise<boolean>;
  /** The wait after that many failures in a row, ms. */
  readonly backoffMs: (failures: number) => number;
}

/** Works items off one at a time and in order, each as often as it takes. */
export class RetryQueue<T> {
  readonly #options: RetryQueueOptions<T>;
  readonly #items: T[] = [];
  readonly #idleWaiters: (() => void)[] = [];
  #failures = 0;
  #retry: TimerHandle | undefined;
  #isBusy = false;
  #isStopped = false;

  constructor(options: RetryQueueOptions<T>) {
    this.#options = options;
  }

  /** Not done yet, oldest first. */
  get items(): readonly T[] {
    return this.#items;
  }

  add(item: T): void {
    this.#items.push(item);
    this.#pump();
  }

  /** Resolves when nothing is left. */
  async whenIdle(): Promise<void> {
    if (this.#items.length === 0) return;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
  }

  /** Tries at once what waits for its retry. */
  hurry(): void {
    this.#clearRetry();
    this.#pump();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#clearRetry();
  }

  #pump(): void {
    const item = this.#items[0];
    if (item === undefined || this.#isBusy || this.#isStopped || this.#retry !== undefined) return;
    this.#isBusy = true;
    void this.#options.work(item).then((isDone) => this.#next(isDone));
  }

  #next(isDone: boolean): void {
    this.#isBusy = false;
    if (!isDone) return this.#retryLater();
    this.#failures = 0;
    this.#items.shift();
    if (this.#items.length === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
    this.#pump();
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    this.#failures += 1;
    const delayMs = this.#options.backoffMs(this.#failures);
    this.#retry = this.#options.timers.background(() => this.hurry(), delayMs);
  }

  #clearRetry(): void {
    if (this.#retry !== undefined) this.#options.timers.clear(this.#retry);
    this.#retry = undefined;
  }
}
