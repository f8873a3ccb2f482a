import type { CallView } from './call-view.ts';

/** What the reader wants to see; an empty upstream is any. */
export interface CallFilter {
  readonly show: 'all' | 'failed' | 'retried';
  readonly upstream: string;
}

/** The last calls, each once, however it was heard of. Bounded: the oldest goes first. */
export class CallLog {
  readonly #capacity: number;
  readonly #callsById = new Map<string, CallView>();
  #added = 0;

  constructor(capacity = 200) {
    this.#capacity = capacity;
  }

  /** Calls taken in so far, those that have gone since included. */
  get added(): number {
    return this.#added;
  }

  /** False where the call is already there. */
  add(call: CallView): boolean {
    if (this.#callsById.has(call.requestId)) return false;
    this.#callsById.set(call.requestId, call);
    this.#added += 1;
    if (this.#callsById.size > this.#capacity) this.#dropOldest();
    return true;
  }

  /** Newest first. */
  latest(filter: CallFilter, limit: number): readonly CallView[] {
    return [...this.#callsById.values()]
      .filter((call) => matches(call, filter))
      .toSorted((a, b) => b.atMs - a.atMs)
      .slice(0, limit);
  }

  #dropOldest(): void {
    const [oldest] = this.#callsById.keys();
    if (oldest !== undefined) this.#callsById.delete(oldest);
  }
}

function matches(call: CallView, filter: CallFilter): boolean {
  if (filter.upstream !== '' && call.upstream !== filter.upstream) return false;
  if (filter.show === 'failed') return !call.delivered;
  return filter.show === 'all' || call.retryCount > 0;
}
