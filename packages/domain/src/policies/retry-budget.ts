export interface RetryBudgetOptions {
  /** Retries earned by each call, 0 to 1. */
  readonly ratio: number;
  /** Retries earned by each second, whatever the traffic. */
  readonly minPerSecond: number;
}

const MS_PER_SECOND = 1000;
/** What was earned and not spent fades with this time constant, so that a calm hour buys no storm. */
const MEMORY_MS = 10_000;

/**
 * Keeps retries under a share of calls plus so many a second: over any stretch, retries never
 * exceed what calls and time have earned since the start. Instants are monotonic, ms.
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  #balance: number;
  #settledAtMs: number;

  constructor(options: RetryBudgetOptions, nowMs: number) {
    this.#options = options;
    this.#balance = options.minPerSecond;
    this.#settledAtMs = nowMs;
  }

  /** A call begins and earns its share. */
  earn(nowMs: number): void {
    this.#settle(nowMs);
    this.#balance += this.#options.ratio;
  }

  /** Takes leave for one retry, where the budget has it. */
  spend(nowMs: number): boolean {
    this.#settle(nowMs);
    if (this.#balance < 1) return false;
    this.#balance -= 1;
    return true;
  }

  /** Whole retries that could be spent now. */
  left(nowMs: number): number {
    this.#settle(nowMs);
    return Math.floor(this.#balance);
  }

  #settle(nowMs: number): void {
    const elapsedMs = nowMs - this.#settledAtMs;
    if (elapsedMs <= 0) return;
    this.#settledAtMs = nowMs;
    const fade = Math.exp(-elapsedMs / MEMORY_MS);
    const earned = (elapsedMs / MS_PER_SECOND) * this.#options.minPerSecond;
    this.#balance = this.#balance * fade + Math.min(earned, this.#steadyMax());
  }

  /** Time alone never earns more than it would keep. */
  #steadyMax(): number {
    return (MEMORY_MS / MS_PER_SECOND) * this.#options.minPerSecond;
  }
}
