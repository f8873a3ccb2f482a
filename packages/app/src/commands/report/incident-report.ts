/** Calls of one stretch of time; ms. Percentiles are absent where there were no calls. */
export interface Stretch {
  readonly startMs: number;
  readonly completed: number;
  readonly failed: number;
  readonly p50Ms: number | undefined;
  readonly p99Ms: number | undefined;
}

/** What calls failed of, the most frequent first. */
export interface CauseOfFailure {
  readonly cause: string;
  readonly upstream: string;
  readonly calls: number;
  readonly first: string;
  readonly last: string;
}

/**
 * The calls that one party held up, and the milliseconds of each party in them; absent where none of
 * these calls had them measured.
 */
export interface PartyLatency {
  readonly party: string;
  readonly calls: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly networkMs: number | undefined;
  readonly upstreamMs: number | undefined;
  /** Of calls of which the network's part cannot be told from the upstream's. */
  readonly upstreamOrBeyondMs: number | undefined;
  readonly localMs: number | undefined;
}

/** One change of a circuit, which is of one upstream in one node. */
export interface CircuitChange {
  readonly at: string;
  readonly upstream: string;
  readonly node: string;
  readonly epoch: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
}

/** What there is of one life of a node. */
export interface NodeLife {
  readonly node: string;
  readonly epoch: string;
  /** Its first event of the range, and its last. */
  readonly first: string;
  readonly last: string;
  readonly isStarted: boolean;
  readonly isStopped: boolean;
}

export interface SlowCall {
  readonly at: string;
  readonly upstream: string;
  readonly route: string;
  readonly latencyMs: number;
  readonly outcome: string;
  readonly party: string;
  readonly requestId: string;
}

export interface UpstreamHealth {
  readonly upstream: string;
  readonly calls: number;
  readonly failed: number;
  readonly timeouts: number;
  readonly retries: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What most of its failures came of; empty where none failed. */
  readonly mainCause: string;
}

/** Starts, stops, gaps, lost offsets, and what operators did. */
export interface Happening {
  readonly at: string;
  readonly node: string;
  readonly eventType: string;
  readonly facts: string;
}

/** Some of a list, and how long it is in all. */
export interface Part<T> {
  readonly items: readonly T[];
  readonly total: number;
}

/** What happened in a range of the trail. Texts are as the trail has them: escape them. */
export interface IncidentReport {
  /** The first event and the last. */
  readonly first: string;
  readonly last: string;
  readonly events: number;
  /** Objects and lines that could not be read: what is in them is not in the report. */
  readonly refused: number;
  readonly calls: number;
  readonly failed: number;
  readonly retries: number;
  readonly timeouts: number;
  readonly latency: { readonly p50Ms: number; readonly p95Ms: number; readonly p99Ms: number };
  readonly parked: Part<{ readonly reason: string; readonly records: number }>;
  readonly stretchMs: number;
  /** Without a gap from the first event to the last. */
  readonly stretches: readonly Stretch[];
  readonly causes: Part<CauseOfFailure>;
  readonly parties: readonly PartyLatency[];
  readonly circuits: Part<CircuitChange>;
  /** In the order of their epochs. */
  readonly lives: readonly NodeLife[];
  readonly slowest: readonly SlowCall[];
  readonly upstreams: Part<UpstreamHealth>;
  readonly happenings: Part<Happening>;
}
