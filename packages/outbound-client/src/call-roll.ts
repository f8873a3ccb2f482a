import type { CallState } from './call-state.ts';

/** What the roll needs of a call. */
type Listed = Pick<CallState, 'rollIndex' | 'abort'>;

/**
 * The calls under one signal. An array whose gaps are filled from its end, and no `Set`: a hash table
 * of V8's links to the one that replaces it, so that under steady adding and deleting the dead ones
 * in the old generation keep every call alive until the next full collection.
 */
export class CallRoll {
  readonly #calls: Listed[] = [];

  enter(call: Listed): void {
    call.rollIndex = this.#calls.length;
    this.#calls.push(call);
  }

  leave(call: Listed): void {
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    this.#calls[call.rollIndex] = last;
    last.rollIndex = call.rollIndex;
  }

  abortAll(): void {
    for (const call of this.#calls.slice()) call.abort();
  }
}
