import type { CallRecord, Party } from '@netscope/domain';

/** What is counted of calls; plain fields, added to on every call. */
export class CallCounts {
  requests = 0;
  /** Calls that did not deliver. */
  errors = 0;
  timeouts = 0;
  retries = 0;
  attempts = 0;
  readonly byParty: Record<Party, number> = {
    network: 0,
    upstream: 0,
    local: 0,
    upstream_or_beyond: 0,
  };

  count(call: CallRecord): void {
    const { result } = call;
    this.requests += 1;
    if (!call.delivered) this.errors += 1;
    this.timeouts += result.timeoutCount;
    this.retries += result.retryCount;
    this.attempts += result.attempts.length;
    if (result.verdict !== undefined) this.byParty[result.verdict.party] += 1;
  }

  add(other: CallCounts): void {
    this.requests += other.requests;
    this.errors += other.errors;
    this.timeouts += other.timeouts;
    this.retries += other.retries;
    this.attempts += other.attempts;
    this.byParty.network += other.byParty.network;
    this.byParty.upstream += other.byParty.upstream;
    this.byParty.local += other.byParty.local;
    this.byParty.upstream_or_beyond += other.byParty.upstream_or_beyond;
  }
}

/** Calls of one window, of all or of one route group or upstream. */
export interface CallStats {
  readonly requests: number;
  readonly errors: number;
  readonly requestsPerSec: number;
  /** To within 1.6 %; undefined where no call ended. */
  readonly latencyMs: {
    readonly p50: number | undefined;
    readonly p95: number | undefined;
    readonly p99: number | undefined;
  };
  /** 0 to 1; 0 where no call ended. */
  readonly errorRate: number;
  readonly timeouts: number;
  readonly retries: number;
  readonly attempts: number;
  /** Of the calls with a verdict, 0 to 1; all 0 where there is none. */
  readonly verdictShares: Readonly<Record<Party, number>>;
}

export interface WindowReport {
  /** Time that the numbers cover, seconds. */
  readonly coveredSeconds: number;
  readonly all: CallStats;
  readonly byUpstream: ReadonlyMap<string, CallStats>;
  readonly byRouteGroup: ReadonlyMap<string, CallStats>;
}
