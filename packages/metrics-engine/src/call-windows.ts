import type { CallRecord, Clock } from '@netscope/domain';

import { CallCounts, type CallStats, type WindowReport } from './call-stats.ts';
import {
  LatencyHistogram,
  LatencySum,
  type SparseHistogram,
  toSparse,
} from './latency-histogram.ts';
import { OVERFLOW_LABEL } from './series-table.ts';

/** Windows move in steps of this. */
const SLOT_MS = 5000;

/** The longest window there is, 15 minutes. */
const SLOTS_KEPT = 180;

/** Group of a call that no route made, as the counters name it. */
const NO_GROUP = 'none';

/** Pairs of route group and upstream told apart; both come from the configuration. */
const PAIRS_MAX = 512;

interface ClosedSlot {
  readonly index: number;
  readonly counts: CallCounts;
  readonly latencies: SparseHistogram;
}

/** One route group on one upstream: the slot that fills, and those that have closed. */
class PairWindow {
  readonly routeGroup: string;
  readonly upstream: string;
  readonly #latencies = new LatencyHistogram();
  #counts = new CallCounts();
  #index = -1;
  #closed: ClosedSlot[] = [];

  constructor(routeGroup: string, upstream: string) {
    this.routeGroup = routeGroup;
    this.upstream = upstream;
  }

  record(call: CallRecord, slotIndex: number): void {
    if (slotIndex !== this.#index) this.#roll(slotIndex);
    this.#counts.count(call);
    this.#latencies.recordMs(call.result.latencyMs);
  }

  addTo(sum: StatsSum, firstIndex: number): void {
    for (const slot of this.#closed) {
      if (slot.index >= firstIndex) sum.addClosed(slot);
    }
    if (this.#index >= firstIndex) sum.addOpen(this.#counts, this.#latencies);
  }

  #roll(slotIndex: number): void {
    if (this.#counts.requests > 0) {
      const latencies = toSparse(this.#latencies);
      this.#closed.push({ index: this.#index, counts: this.#counts, latencies });
    }
    const oldest = slotIndex - SLOTS_KEPT;
    this.#closed = this.#closed.filter((slot) => slot.index > oldest);
    this.#counts = new CallCounts();
    this.#latencies.reset();
    this.#index = slotIndex;
  }
}

class StatsSum {
  readonly #counts = new CallCounts();
  readonly #latencies = new LatencySum();

  addClosed(slot: ClosedSlot): void {
    this.#counts.add(slot.counts);
    this.#latencies.addSparse(slot.latencies);
  }

  addOpen(counts: CallCounts, latencies: LatencyHistogram): void {
    this.#counts.add(counts);
    this.#latencies.addDense(latencies);
  }

  stats(coveredSeconds: number): CallStats {
    const { requests, errors, timeouts, retries, attempts, byParty } = this.#counts;
    const told = byParty.network + byParty.upstream + byParty.local + byParty.upstream_or_beyond;
    const share = (count: number): number => (told === 0 ? 0 : count / told);
    return {
      requests,
      errors,
      timeouts,
      retries,
      attempts,
      requestsPerSec: requests / coveredSeconds,
      latencyMs: {
        p50: this.#latencies.quantileMs(0.5),
        p95: this.#latencies.quantileMs(0.95),
        p99: this.#latencies.quantileMs(0.99),
      },
      errorRate: requests === 0 ? 0 : errors / requests,
      verdictShares: {
        network: share(byParty.network),
        upstream: share(byParty.upstream),
        local: share(byParty.local),
        upstream_or_beyond: share(byParty.upstream_or_beyond),
      },
    };
  }
}

/**
 * What calls came to over sliding windows of up to 15 minutes, and since the start. Memory is
 * bounded: a pair of route group and upstream holds 7 KB and, for each 5 s with calls, its filled
 * buckets.
 */
export class CallWindows {
  /** Since the start, to the unit. */
  readonly totals = new CallCounts();
  readonly #clock: Clock;
  readonly #startedAtMs: number;
  readonly #pairs = new Map<string, Map<string, PairWindow>>();
  #pairCount = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAtMs = clock.monotonicMs();
  }

  record(call: CallRecord): void {
    this.totals.count(call);
    const slot = Math.floor(this.#clock.monotonicMs() / SLOT_MS);
    this.#pair(call.context.routeGroup ?? NO_GROUP, call.request.upstream).record(call, slot);
  }

  /** The last `windowMs` (15 minutes at most), in steps of 5 s; of one route group where asked. */
  report(windowMs: number, routeGroup?: string): WindowReport {
    const nowMs = this.#clock.monotonicMs();
    const slots = Math.min(Math.ceil(windowMs / SLOT_MS), SLOTS_KEPT);
    const firstIndex = Math.floor(nowMs / SLOT_MS) - slots + 1;
    const fromMs = Math.max(firstIndex * SLOT_MS, this.#startedAtMs);
    // A window that has hardly begun would turn one call into a thousand a second.
    const coveredSeconds = Math.max(1000, nowMs - fromMs) / 1000;
    return this.#sum({ firstIndex, coveredSeconds, routeGroup });
  }

  #sum(query: {
    readonly firstIndex: number;
    readonly coveredSeconds: number;
    readonly routeGroup: string | undefined;
  }): WindowReport {
    const all = new StatsSum();
    const byUpstream = new Map<string, StatsSum>();
    const byRouteGroup = new Map<string, StatsSum>();
    for (const pair of this.#allPairs()) {
      if (query.routeGroup !== undefined && pair.routeGroup !== query.routeGroup) continue;
      pair.addTo(all, query.firstIndex);
      pair.addTo(sumOf(byUpstream, pair.upstream), query.firstIndex);
      pair.addTo(sumOf(byRouteGroup, pair.routeGroup), query.firstIndex);
    }
    const { coveredSeconds } = query;
    return {
      coveredSeconds,
      all: all.stats(coveredSeconds),
      byUpstream: statsByName(byUpstream, coveredSeconds),
      byRouteGroup: statsByName(byRouteGroup, coveredSeconds),
    };
  }

  *#allPairs(): Generator<PairWindow> {
    for (const byUpstream of this.#pairs.values()) yield* byUpstream.values();
  }

  #pair(routeGroup: string, upstream: string): PairWindow {
    const known = this.#pairs.get(routeGroup)?.get(upstream);
    if (known !== undefined) return known;
    if (this.#pairCount >= PAIRS_MAX && routeGroup !== OVERFLOW_LABEL) {
      return this.#pair(OVERFLOW_LABEL, OVERFLOW_LABEL);
    }
    const pair = new PairWindow(routeGroup, upstream);
    const byUpstream = this.#pairs.get(routeGroup) ?? new Map<string, PairWindow>();
    this.#pairs.set(routeGroup, byUpstream.set(upstream, pair));
    this.#pairCount += 1;
    return pair;
  }
}

function sumOf(sums: Map<string, StatsSum>, name: string): StatsSum {
  const known = sums.get(name);
  if (known !== undefined) return known;
  const sum = new StatsSum();
  sums.set(name, sum);
  return sum;
}

function statsByName(sums: Map<string, StatsSum>, coveredSeconds: number): Map<string, CallStats> {
  return new Map([...sums].map(([name, sum]) => [name, sum.stats(coveredSeconds)]));
}
