import { EventEmitter } from 'node:events';

import type { Clock } from '@netscope/domain';
import CircuitBreaker from 'opossum';

export interface OpossumCircuitOptions {
  /** Share of failures that opens, 0 to 1. */
  readonly failureRate: number;
  readonly windowMs: number;
  readonly minimumAttempts: number;
}

type MachineState = 'closed' | 'open' | 'half_open';

const BUCKETS = 10;
const PERCENT = 100;
/** opossum opens above its threshold; ours is reached at it. */
const EPSILON = 1e-9;
/** opossum's own timer never fires: when an opening ends is decided by the permits. */
const NEVER_MS = 2_147_483_647;

const FAILURE = new Error('a sample that failed');

/**
 * opossum as a state machine and rolling window only. It is told of each attempt when that has
 * settled, by firing an action that settles in the same call: no promise of ours is wrapped, and
 * what is in flight does not thin the failure rate. The window turns by the injected clock.
 */
export class OpossumCircuit {
  readonly #options: OpossumCircuitOptions;
  readonly #clock: Clock;
  readonly #bucketMs: number;
  #buckets = new EventEmitter();
  #breaker: CircuitBreaker<[boolean], undefined>;
  #turnedAtMs: number;

  constructor(options: OpossumCircuitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#bucketMs = options.windowMs / BUCKETS;
    this.#turnedAtMs = clock.monotonicMs();
    this.#breaker = this.#makeBreaker('closed');
  }

  get state(): MachineState {
    if (this.#breaker.opened) return 'open';
    return this.#breaker.halfOpen ? 'half_open' : 'closed';
  }

  /** Takes one sample and returns the state that it leads to. */
  record(success: boolean): MachineState {
    this.#turn();
    if (success && this.#breaker.closed) this.#count();
    else this.#breaker.fire(success).catch(ignoreSample);
    return this.state;
  }

  /** Opens whatever the rate, for reasons that opossum does not know. */
  open(): void {
    this.#breaker.open();
  }

  /** Starts half-open with an empty window: what led to the opening is not held against it again. */
  halfOpen(): void {
    this.#breaker.shutdown();
    this.#buckets = new EventEmitter();
    this.#breaker = this.#makeBreaker('half_open');
  }

  /** Samples in the window now. */
  counts(): { readonly attempts: number; readonly failures: number } {
    this.#turn();
    const { fires, failures } = this.#breaker.stats;
    return { attempts: fires, failures };
  }

  close(): void {
    this.#breaker.shutdown();
  }

  /** What `fire` does with a success while closed, without its promise and events. */
  #count(): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its types leave the method out
    const status = this.#breaker.status as unknown as StatusCounter;
    status.increment('fires');
    status.increment('successes');
  }

  #makeBreaker(state: 'closed' | 'half_open'): CircuitBreaker<[boolean], undefined> {
    const isHalfOpen = state === 'half_open';
    return new CircuitBreaker<[boolean], undefined>(settleAtOnce, {
      timeout: false,
      resetTimeout: NEVER_MS,
      errorThresholdPercentage: this.#options.failureRate * PERCENT - EPSILON,
      volumeThreshold: this.#options.minimumAttempts,
      rollingCountTimeout: this.#options.windowMs,
      rollingCountBuckets: BUCKETS,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      rotateBucketController: this.#buckets,
      ...(isHalfOpen ? { state: HALF_OPEN } : {}),
    });
  }

  #turn(): void {
    const turns = Math.floor((this.#clock.monotonicMs() - this.#turnedAtMs) / this.#bucketMs);
    if (turns <= 0) return;
    this.#turnedAtMs += turns * this.#bucketMs;
    // Run times are kept even with percentiles off: one number an attempt, never read.
    for (const bucket of this.#breaker.status.window) bucket.latencyTimes.length = 0;
    for (let turn = 0; turn < Math.min(turns, BUCKETS); turn += 1) this.#buckets.emit('rotate');
  }
}

interface StatusCounter {
  increment(property: 'fires' | 'successes'): void;
}

const HALF_OPEN = {
  enabled: true,
  closed: false,
  open: false,
  halfOpen: true,
  warmUp: false,
  shutdown: false,
  name: 'upstream',
};

const SETTLED = { catch: (): void => undefined };

/** Promises in the one way that opossum uses them: `then` calls back at once. */
const SUCCEEDED = {
  // oxlint-disable-next-line unicorn/no-thenable -- a settled thenable is the point of it
  then(callback: (value: undefined) => void): typeof SETTLED {
    callback(undefined);
    return SETTLED;
  },
};

function settleAtOnce(success: boolean): Promise<undefined> {
  if (!success) throw FAILURE;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- opossum uses only `then` and `catch`
  return SUCCEEDED as unknown as Promise<undefined>;
}

function ignoreSample(): void {
  // The rejection repeats what was just recorded.
}
