import type { CircuitStateName } from './outbound-result.ts';

export interface CircuitSnapshot {
  readonly state: CircuitStateName;
  /** Wall clock of the last change, ms since the epoch. */
  readonly sinceMs: number;
  /** Why it is in this state: which samples, which phase. */
  readonly reason: string;
  readonly mode: 'enforce' | 'observe';
  /** Failure share that opens it, 0 to 1. */
  readonly threshold: number;
  /** Attempts and failures in the window now. */
  readonly windowAttempts: number;
  readonly windowFailures: number;
  /** Until the next probe may go; absent unless open. */
  readonly openRemainingMs: number | undefined;
}

/** One upstream's policies as they stand. */
export interface ResilienceSnapshot {
  readonly upstream: string;
  readonly timeouts: {
    readonly connectMs: number;
    readonly readMs: number;
    readonly globalMs: number;
  };
  readonly retry: {
    readonly attempts: number;
    readonly baseMs: number;
    readonly capMs: number;
    /** Attempts over calls, of the calls that ended in the last 30 to 60 s. */
    readonly amplification: number;
  };
  readonly budget: { readonly ratio: number; readonly minPerSecond: number; readonly left: number };
  readonly circuit: CircuitSnapshot;
  /** An operator's pause of its intake; absent while there is none. */
  readonly pause: { readonly reason: string; readonly sinceMs: number } | undefined;
  readonly inFlight: number;
  /** The limit as it is now, connections counted in; an adaptive one moves. */
  readonly inFlightMax: number;
  readonly isAdaptive: boolean;
  /** Callers other than the record source that wait for a permit; `queueDepthOf` counts records too. */
  readonly callersQueued: number;
  readonly queueCapacity: number;
  /** `inFlight / inFlightMax`, 0 to 1. */
  readonly saturation: number;
  readonly rateLimit: {
    readonly perSecond: number;
    readonly burst: number;
    readonly mode: 'enforce' | 'observe';
    /** `exceeded`: a call was over it within the last 10 s; held by `enforce`, let go by `observe`. */
    readonly state: 'within' | 'exceeded';
    /** Tokens there now; absent where the limit is off. */
    readonly left: number | undefined;
  };
  /** Until intake goes on after a `Retry-After`; absent unless throttled. */
  readonly throttledRemainingMs: number | undefined;
  readonly connections: { readonly open: number; readonly busy: number; readonly max: number };
}
