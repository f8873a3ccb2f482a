import type {
  CallFacts,
  Attempt,
  CircuitTicket,
  OutboundRequest,
  OutboundResult,
  RequestContext,
  Timers,
  Verdict,
} from '@netscope/domain';
import { CallShares } from '@netscope/network-probe';

import type { AttemptEnd } from './attempt-end.ts';
import type { CallRoll } from './call-roll.ts';

/** A repetition that was decided on. */
export interface Repetition {
  /** What the attempt before it came to. */
  readonly last: AttemptEnd;
  /** 1 for the first repetition. */
  readonly step: number;
}

/** The two ways in which a call's promise ends. */
export interface CallCaller {
  readonly resolve: (result: OutboundResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface CallStart {
  readonly request: OutboundRequest;
  readonly context: RequestContext;
  /** Monotonic; the deadline runs from here. */
  readonly admittedAtMs: number;
  /** From the permit; absent for a caller that queues. */
  readonly ticket: CircuitTicket | undefined;
  readonly holdsSlot: boolean;
  readonly caller: CallCaller;
  /** Hears of a defect of our own, by which the call ends. */
  readonly onDefect: (call: CallState, error: unknown) => void;
}

/** Something that a call waits for and that can be ended early. */
export interface Interruptible {
  interrupt(): void;
}

/** One call on its way through the layers; each layer reads and writes only what is its own. */
export class CallState {
  readonly request: OutboundRequest;
  readonly context: RequestContext;
  readonly admittedAtMs: number;
  ticket: CircuitTicket | undefined;
  /** One of the bulkhead's permits belongs to this call, until it and its attempts have settled. */
  holdsSlot: boolean;
  isAdmitted: boolean;
  /** Monotonic: a recent instant, read again after each wait, so that layers need not each ask. */
  nowMs: number;
  /** Monotonic; set by the deadline layer. */
  deadlineAtMs = Number.POSITIVE_INFINITY;
  latencyMs = 0;
  /** Who held it up; set by the telemetry layer. */
  verdict: Verdict | undefined;
  /** The wait before the next attempt; absent for the first. */
  backoffMs: number | undefined;
  /** Set by the retry layer; absent in the first attempt. */
  repetition: Repetition | undefined;
  readonly attempts: Attempt[] = [];
  /** Whose the time of its attempts was. */
  readonly shares = new CallShares();
  timeoutCount = 0;
  lastTimeout: CallFacts['lastTimeout'];
  bytesLeft = false;
  isAborted = false;
  lingering: Promise<void> | undefined;
  isEnded = false;
  /** The calls under its signal, and its place among them, which the roll alone sets. */
  roll: CallRoll | undefined;
  rollIndex = 0;
  /** Ends what the call waits for now. */
  waitsFor: Interruptible | undefined;
  readonly caller: CallCaller;
  readonly #onDefect: CallStart['onDefect'];

  constructor(start: CallStart) {
    this.request = start.request;
    this.context = start.context;
    this.admittedAtMs = start.admittedAtMs;
    this.nowMs = start.admittedAtMs;
    this.ticket = start.ticket;
    this.holdsSlot = start.holdsSlot;
    this.isAdmitted = start.holdsSlot;
    this.caller = start.caller;
    this.#onDefect = start.onDefect;
  }

  /** The caller gives up: whatever is waited for ends now. */
  abort(): void {
    this.isAborted = true;
    this.waitsFor?.interrupt();
  }

  /** A defect of our own: the call ends by it. */
  fail(error: unknown): void {
    this.#onDefect(this, error);
  }

  /** Goes on with what a promise comes to; what is thrown there is a defect of our own. */
  continueAfter<T>(promise: Promise<T>, go: (value: T) => void): void {
    promise.then(go).catch((error: unknown) => this.fail(error));
  }

  /** Waits, or returns at once when the caller gives up. */
  sleep(waitMs: number, timers: Timers): Promise<void> {
    if (this.isAborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const end = (): void => {
      this.waitsFor = undefined;
      timers.clear(timer);
      resolve();
    };
    const timer = timers.set(end, waitMs);
    this.waitsFor = { interrupt: end };
    return promise;
  }
}
