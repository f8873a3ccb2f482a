import type { OutboundResult } from '@netscope/domain';

import type { CallState } from './call-state.ts';

interface EndedCall {
  readonly call: CallState;
  readonly result: OutboundResult;
}

export interface EndedCallsOptions {
  /** Takes back what a call held; true where a permit is free by it. */
  readonly settle: (call: CallState) => boolean;
  /** Permits are free, and those who heard of their results have gone on with them. */
  readonly onFree: () => void;
}

/**
 * Lets go of ended calls together, once in each turn of the event loop, behind all that the HTTP
 * client has read in it. A call often ends inside the client's own call, where its connection does
 * not count as free yet; and to do one thing for all calls of a turn before the next thing keeps
 * each thing's code in the processor's caches (docs/performance.md).
 */
export class EndedCalls {
  readonly #options: EndedCallsOptions;
  #ended: EndedCall[] = [];

  constructor(options: EndedCallsOptions) {
    this.#options = options;
  }

  add(call: CallState, result: OutboundResult): void {
    if (this.#ended.push({ call, result }) === 1) setImmediate(this.#letGo);
  }

  readonly #letGo = (): void => {
    const ended = this.#ended;
    this.#ended = [];
    let isFree = false;
    for (const { call } of ended) isFree = this.#options.settle(call) || isFree;
    for (const { call, result } of ended) call.caller.resolve(result);
    if (isFree) queueMicrotask(this.#options.onFree);
  };
}
