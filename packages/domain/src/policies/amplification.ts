/** Half of the span that is looked over. */
const HALF_MS = 30_000;

interface Half {
  readonly beganAtMs: number;
  calls: number;
  attempts: number;
}

/**
 * Attempts made for each call over the last 30 to 60 s: 1 where nothing is repeated. A call counts
 * when it ends, with all its attempts. Instants are monotonic, ms.
 */
export class Amplification {
  #now: Half;
  #before: Half;

  constructor(nowMs: number) {
    this.#now = { beganAtMs: nowMs, calls: 0, attempts: 0 };
    this.#before = this.#now;
  }

  /** A call ended after so many attempts; one in which none began does not count. */
  hear(attempts: number, nowMs: number): void {
    if (attempts === 0) return;
    this.#turn(nowMs);
    this.#now.calls += 1;
    this.#now.attempts += attempts;
  }

  /** 1 where no call ended in that span. */
  ratio(nowMs: number): number {
    this.#turn(nowMs);
    const halves = this.#before === this.#now ? [this.#now] : [this.#before, this.#now];
    const calls = halves.reduce((sum, half) => sum + half.calls, 0);
    const attempts = halves.reduce((sum, half) => sum + half.attempts, 0);
    return calls === 0 ? 1 : attempts / calls;
  }

  #turn(nowMs: number): void {
    const elapsedMs = nowMs - this.#now.beganAtMs;
    if (elapsedMs < HALF_MS) return;
    const next = { beganAtMs: nowMs, calls: 0, attempts: 0 };
    this.#before = elapsedMs < 2 * HALF_MS ? this.#now : next;
    this.#now = next;
  }
}
