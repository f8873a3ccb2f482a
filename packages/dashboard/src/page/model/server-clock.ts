const REFRESH_MS = 60_000;

/**
 * The server's wall clock as the browser can best tell it: messages arrive late, never early, so the
 * largest offset seen of late is the nearest to the truth.
 */
export class ServerClock {
  readonly #localWallMs: () => number;
  #offsetMs: number | undefined;
  #offsetAtMs = 0;

  constructor(localWallMs: () => number) {
    this.#localWallMs = localWallMs;
  }

  /** Takes note of a timestamp that the server wrote just before it sent it. */
  observe(serverMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    const localMs = this.#localWallMs();
    const offsetMs = serverMs - localMs;
    const isOld = localMs - this.#offsetAtMs > REFRESH_MS;
    if (this.#offsetMs !== undefined && offsetMs < this.#offsetMs && !isOld) return;
    this.#offsetMs = offsetMs;
    this.#offsetAtMs = localMs;
  }

  /** Ms since the epoch. */
  nowMs(): number {
    return this.#localWallMs() + (this.#offsetMs ?? 0);
  }
}
