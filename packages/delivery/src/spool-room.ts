import type { AuditSink, Timers } from '@netscope/domain';

/** How soon a full spool is asked again; room must be found within 5 s of its coming back. */
const FULL_RETRY_MS = 250;
/** The same of one whose disk is behind, where nothing that lands asks before. */
const BEHIND_RETRY_MS = 5;

/** Room for the events of calls that are to begin; where there is none it asks again by itself. */
export class SpoolRoom {
  readonly #audit: AuditSink;
  readonly #timers: Timers;
  readonly #onRetry: () => void;
  #isFull = false;
  #isBehind = false;

  /** `onRetry`: room is to be asked for again. */
  constructor(
    options: { readonly audit: AuditSink; readonly timers: Timers },
    onRetry: () => void,
  ) {
    this.#audit = options.audit;
    this.#timers = options.timers;
    this.#onRetry = onRetry;
  }

  /** The spool had no room when it was last asked for some. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Its disk was behind; what lands may have changed that. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Reserves room for one event. */
  reserve(): boolean {
    if (!this.#audit.reserve()) {
      this.#waitFull();
      return false;
    }
    if (!this.#audit.isBehind) return true;
    this.#audit.release();
    this.#waitBehind();
    return false;
  }

  #waitFull(): void {
    if (this.#isFull) return;
    this.#isFull = true;
    this.#timers.set(() => {
      this.#isFull = false;
      this.#onRetry();
    }, FULL_RETRY_MS);
  }

  #waitBehind(): void {
    if (this.#isBehind) return;
    this.#isBehind = true;
    this.#timers.set(() => {
      this.#isBehind = false;
      this.#onRetry();
    }, BEHIND_RETRY_MS);
  }
}
