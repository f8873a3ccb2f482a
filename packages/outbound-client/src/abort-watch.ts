import { CallRoll } from './call-roll.ts';
import type { CallState } from './call-state.ts';

/**
 * Aborts calls by their caller's signal. Callers share one signal, so each signal gets one listener
 * for all of its calls: adding and removing one for each call walks a list as long as what is in
 * flight.
 */
export class AbortWatch {
  readonly #rollBySignal = new WeakMap<AbortSignal, CallRoll>();
  #lastSignal: AbortSignal | undefined;
  #lastRoll = new CallRoll();

  /** Watches over a call; the roll returned is the one that it leaves when it has ended. */
  enlist(call: CallState, signal: AbortSignal): CallRoll {
    if (signal.aborted) call.abort();
    const roll = this.#rollOf(signal);
    roll.enter(call);
    return roll;
  }

  #rollOf(signal: AbortSignal): CallRoll {
    if (signal === this.#lastSignal) return this.#lastRoll;
    const roll = this.#rollBySignal.get(signal) ?? this.#watch(signal);
    this.#lastSignal = signal;
    this.#lastRoll = roll;
    return roll;
  }

  #watch(signal: AbortSignal): CallRoll {
    const roll = new CallRoll();
    this.#rollBySignal.set(signal, roll);
    signal.addEventListener('abort', () => roll.abortAll(), { once: true });
    return roll;
  }
}
