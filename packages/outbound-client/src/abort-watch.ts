import type { CallState } from './call-state.ts';

/**
 * Aborts calls by their caller's signal. Callers share one signal, so each signal gets one listener
 * for all of its calls: adding and removing one for each call walks a list as long as what is in
 * flight.
 */
export class AbortWatch {
  readonly #callsBySignal = new WeakMap<AbortSignal, Set<CallState>>();
  #lastSignal: AbortSignal | undefined;
  #lastCalls = new Set<CallState>();

  /** Watches over a call; the set returned is the one to take it out of. */
  enlist(call: CallState, signal: AbortSignal): Set<CallState> {
    if (signal.aborted) call.abort();
    const calls = this.#callsOf(signal);
    calls.add(call);
    return calls;
  }

  #callsOf(signal: AbortSignal): Set<CallState> {
    if (signal === this.#lastSignal) return this.#lastCalls;
    const calls = this.#callsBySignal.get(signal) ?? this.#watch(signal);
    this.#lastSignal = signal;
    this.#lastCalls = calls;
    return calls;
  }

  #watch(signal: AbortSignal): Set<CallState> {
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
