import type {
  AuditStatusBody,
  NetworkMetrics,
  Readiness,
  UpstreamState,
  WindowStats,
  WireCall,
} from '@netscope/api-server/contract';
import { SeededRandom } from '@netscope/test-support';

import { drawCall, iso, type UpstreamScript } from './scripted-calls.ts';

const SCRIPTS: readonly UpstreamScript[] = [
  { name: 'partner-billing', typicalMs: 38, failureShare: 0.012 },
  { name: 'ledger', typicalMs: 9, failureShare: 0 },
  { name: 'flaky-partner', typicalMs: 120, failureShare: 0.22 },
];

type Circuit = UpstreamState['circuit'];

/** A gateway that exists only as the numbers its API would tell, consistent with the calls made. */
export class ScriptedWorld {
  readonly #random = new SeededRandom(7);
  readonly #calls: WireCall[] = [];
  readonly #circuits = new Map<string, Circuit>();
  readonly #startedAtMs: number;
  lagRecords = 1_284;
  backlogEvents = 312;
  readiness: Readiness = {
    ready: true,
    phase: 'running',
    state: 'up',
    dependencies: {
      source: { state: 'up' },
      audit_spool: { state: 'up' },
      audit_store: { state: 'up' },
    },
  };

  constructor(startedAtMs = Date.now() - 754_000) {
    this.#startedAtMs = startedAtMs;
    for (const { name } of SCRIPTS) {
      this.#circuits.set(name, circuit('closed', Date.now() - 754_000, 'no failure yet'));
    }
  }

  get upstreams(): readonly UpstreamScript[] {
    return SCRIPTS;
  }

  get uptimeSeconds(): number {
    return (Date.now() - this.#startedAtMs) / 1000;
  }

  setCircuit(upstream: string, state: Circuit['state'], reason: string): void {
    this.#circuits.set(upstream, circuit(state, Date.now(), reason));
  }

  circuitState(upstream: string): Circuit['state'] {
    return this.#circuits.get(upstream)?.state ?? 'closed';
  }

  /** One more call, of a random upstream or of the one named. */
  makeCall(upstream?: string, atMs = Date.now()): WireCall {
    const script =
      SCRIPTS.find(({ name }) => name === upstream) ??
      SCRIPTS[Math.floor(this.#random.float() ** 1.4 * SCRIPTS.length)];
    if (script === undefined) throw new Error('no such upstream');
    const call = drawCall(this.#random, script, {
      atMs,
      offset: 40_000 + this.#calls.length,
      circuitState: this.circuitState(script.name),
    });
    this.#calls.push(call);
    return call;
  }

  calls(limit: number): readonly WireCall[] {
    return this.#calls.slice(-limit).toReversed();
  }

  call(requestId: string): WireCall | undefined {
    return this.#calls.findLast((call) => call.request_id === requestId);
  }

  metrics(window: NetworkMetrics['window']): NetworkMetrics {
    const seconds = Math.min(this.uptimeSeconds, { '1m': 60, '5m': 300, '15m': 900 }[window]);
    const sinceMs = Date.now() - seconds * 1000;
    const calls = this.#calls.filter((call) => Date.parse(call.timestamp) >= sinceMs);
    const upstreams = SCRIPTS.map(({ name }) => {
      const own = calls.filter((call) => call.upstream.name === name);
      return [
        name,
        {
          ...statsOf(own, seconds),
          pool_saturation: 0.14,
          inflight_requests: 9,
          queue_depth: 0,
          circuit_state: this.circuitState(name),
        },
      ] as const;
    });
    return {
      window,
      window_seconds: seconds,
      ...statsOf(calls, seconds),
      pool_saturation: 0.31,
      inflight_requests: 27,
      queue_depth: 4,
      circuit_state: Object.fromEntries(SCRIPTS.map(({ name }) => [name, this.circuitState(name)])),
      totals: totalsOf(this.#calls),
      upstreams: Object.fromEntries(upstreams),
      route_groups: { billing: statsOf(calls, seconds) },
      source: {
        kind: 'kafka',
        state: 'running',
        assigned: true,
        partitions: 12,
        partitions_paused: 0,
        lag_records: this.lagRecords,
        lag_seconds: this.lagRecords / 480,
      },
      records: {
        in_flight: 27,
        in_flight_max: 256,
        waiting: 61,
        waiting_bytes: 74_240,
        waiting_bytes_max: 67_108_864,
        oldest_waiting_ms: 420,
        delivered: this.#calls.filter((call) => call.delivered).length,
        parked: 3,
        skipped: 17,
      },
      audit: {
        state: this.readiness.dependencies['audit_store']?.state ?? 'up',
        backlog_events: this.backlogEvents,
        backlog_bytes: this.backlogEvents * 1_420,
        flush_lag_seconds: 2.6,
      },
      ws: { clients: 1, dropped_events: 0 },
      capabilities: {
        phases: true,
        addresses: true,
        tls_facts: true,
        socket_facts: false,
        receive_stamps: false,
        kernel_timeout_check: false,
        host: false,
      },
    };
  }

  resilience(): Record<string, UpstreamState> {
    return Object.fromEntries(SCRIPTS.map(({ name }) => [name, this.#upstreamState(name)]));
  }

  audit(): AuditStatusBody {
    const state = this.readiness.dependencies['audit_store']?.state ?? 'up';
    return {
      store: 'rgw',
      state,
      ...(state !== 'up' && { reason: 'RGW refuses connections; events wait in the spool' }),
      node: 'netscope-0',
      epoch: '01JD8Y6R9W',
      last_seq: 48_211,
      spool_depth: this.backlogEvents,
      backlog_bytes: this.backlogEvents * 1_420,
      spool_bytes: 21_400_000,
      spool_bytes_max: 268_435_456,
      reserved_bytes: 131_072,
      segments_pending: 1,
      oldest_event: iso(Date.now() - 2_600),
      flush_lag_seconds: 2.6,
      last_shipped: { key: 'audit/2026/11/21/x', at: iso(Date.now() - 3_100), bytes: 412_000 },
      objects_shipped: 163,
      write_errors: 0,
      dropped: {},
      quarantined_segments: 0,
    };
  }

  #upstreamState(name: string): UpstreamState {
    const own = this.#circuits.get(name) ?? circuit('closed', Date.now(), '');
    const openMs =
      own.state === 'open' ? Math.max(0, 5_000 - (Date.now() - Date.parse(own.since))) : undefined;
    const recent = this.#calls.slice(-300).filter((call) => call.upstream.name === name);
    return {
      timeouts: { connect_ms: 200, read_ms: 1_000, global_ms: 1_500 },
      retry: { attempts: 2, base_ms: 50, cap_ms: 2_000, amplification: 1 },
      budget: { ratio: 0.1, min_per_second: 1, left: 14 },
      state: 'running',
      circuit: {
        ...own,
        window_attempts: recent.length,
        window_failures: recent.filter((call) => !call.delivered).length,
        ...(openMs !== undefined && { open_remaining_ms: openMs }),
      },
      bulkhead: {
        in_flight: own.state === 'open' ? 0 : 9,
        in_flight_max: 64,
        adaptive: false,
        queue_depth: own.state === 'open' ? 58 : 1,
        queue_capacity: 2_048,
        saturation: 0.14,
      },
      rate_limit: { per_second: 0, burst: 0, mode: 'enforce', state: 'within' },
      backpressure: {
        capacity: 2_048,
        depth: 0,
        policy: 'reject',
        records_waiting: own.state === 'open' ? 58 : 1,
        records_policy: 'pause',
      },
      connections: { open: 12, busy: 9, max: 64 },
    };
  }
}

function circuit(state: Circuit['state'], sinceMs: number, reason: string): Circuit {
  return {
    state,
    since: iso(sinceMs),
    reason,
    mode: 'enforce',
    threshold: 0.2,
    window_attempts: 0,
    window_failures: 0,
  };
}

function statsOf(calls: readonly WireCall[], seconds: number): WindowStats {
  const sorted = calls.map((call) => call.upstream.latency_ms).toSorted((a, b) => a - b);
  const at = (share: number): number | null => sorted[Math.floor(sorted.length * share)] ?? null;
  const errors = calls.filter((call) => !call.delivered).length;
  const totals = totalsOf(calls);
  const isKnown = calls.length > 0;
  return {
    requests: calls.length,
    errors,
    requests_per_sec: calls.length / Math.max(1, seconds),
    latency_ms: { p50: at(0.5), p95: at(0.95), p99: at(0.99) },
    error_rate: isKnown ? errors / calls.length : 0,
    timeouts_total: totals.timeouts,
    retries_total: totals.retries,
    verdict_shares: {
      network: isKnown ? 0.11 : 0,
      upstream: isKnown ? 0.82 : 0,
      local: isKnown ? 0.07 : 0,
      upstream_or_beyond: 0,
    },
  };
}

function totalsOf(calls: readonly WireCall[]): NetworkMetrics['totals'] {
  const sum = (pick: (call: WireCall) => number): number =>
    calls.reduce((total, call) => total + pick(call), 0);
  return {
    requests: calls.length,
    errors: calls.filter((call) => !call.delivered).length,
    timeouts: sum((call) => call.resilience.timeout_count),
    retries: sum((call) => call.resilience.retry_count),
    attempts: sum((call) => call.resilience.attempts),
  };
}
