import type { CallState } from './call-state.ts';

/**
 * Aborts calls by their caller's signal. Callers share one signal, so each signal gets one listener
 * for all of its calls: adding and removing one for each call walks a list as long as what is in
 * flight.
 */
export class AbortWatch {
  readonly #callsBySignal = new WeakMap<AbortSignal, Set<CallState>>();

  /** Returns what ends the watch over this call. */
  enlist(call: CallState, signal: AbortSignal): () => void {
    if (signal.aborted) {
      call.abort();
      return nothing;
    }
    const calls = this.#callsOf(signal);
    calls.add(call);
    return () => void calls.delete(call);
  }

  #callsOf(signal: AbortSignal): Set<CallState> {
    const known = this.#callsBySignal.get(signal);
    if (known !== undefined) return known;
    const calls = new Set<CallState>();
    this.#callsBySignal.set(signal, calls);
    signal.addEventListener(
      'abort',
      () => {
        for (const call of calls) call.abort();
      },
      { once: true },
    );
    return calls;
  }
}

function nothing(): void {
  // There is nothing to end.
}
