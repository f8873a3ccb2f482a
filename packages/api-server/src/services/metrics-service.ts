import {
  type AuditStatus,
  type CircuitStateName,
  type Clock,
  type DeliveryStatus,
  type ProbeCapabilities,
  queueDepthOf,
  type ResilienceSnapshot,
  type SourceStatus,
} from '@netscope/domain';
import type { CallStats, MetricsEngine, WindowReport } from '@netscope/metrics-engine';

import type { NetworkMetrics, WindowName } from '../contract.ts';
import { flushLagSeconds } from '../dto/audit-dto.ts';
import {
  capabilitiesDto,
  recordsDto,
  sourceDto,
  windowStatsDto,
} from '../dto/network-metrics-dto.ts';

const WINDOW_MS: Readonly<Record<WindowName, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
};

const NO_CALLS: CallStats = {
  requests: 0,
  errors: 0,
  requestsPerSec: 0,
  latencyMs: { p50: undefined, p95: undefined, p99: undefined },
  errorRate: 0,
  timeouts: 0,
  retries: 0,
  attempts: 0,
  verdictShares: { network: 0, upstream: 0, local: 0, upstream_or_beyond: 0 },
};

interface MetricsServiceOptions {
  readonly metrics: MetricsEngine;
  readonly clock: Clock;
  readonly resilience: () => readonly ResilienceSnapshot[];
  readonly deliveryStatus: () => DeliveryStatus;
  readonly sourceStatus: () => SourceStatus;
  readonly auditStatus: () => AuditStatus;
  readonly capabilities: () => ProbeCapabilities;
  readonly wsClients: () => number;
}

/** What the network cost: the calls of a window, and everything that is in hand now. */
export class MetricsService {
  readonly #options: MetricsServiceOptions;

  constructor(options: MetricsServiceOptions) {
    this.#options = options;
  }

  network(window: WindowName, routeGroup: string | undefined): NetworkMetrics {
    const { metrics, capabilities } = this.#options;
    const report = metrics.window(WINDOW_MS[window], routeGroup);
    return {
      window,
      window_seconds: Math.round(report.coveredSeconds * 1000) / 1000,
      ...(routeGroup === undefined ? {} : { route_group: routeGroup }),
      ...windowStatsDto(report.all),
      ...this.#now(),
      totals: this.#totals(),
      upstreams: this.#upstreams(report),
      route_groups: Object.fromEntries(
        [...report.byRouteGroup].map(([name, stats]) => [name, windowStatsDto(stats)]),
      ),
      ...this.#surroundings(),
      capabilities: capabilitiesDto(capabilities()),
    };
  }

  #totals(): NetworkMetrics['totals'] {
    const { requests, errors, timeouts, retries, attempts } = this.#options.metrics.totals();
    return { requests, errors, timeouts, retries, attempts };
  }

  #now(): Pick<
    NetworkMetrics,
    'pool_saturation' | 'inflight_requests' | 'queue_depth' | 'circuit_state'
  > {
    const snapshots = this.#options.resilience();
    const { waitingByUpstream } = this.#options.deliveryStatus();
    const circuits: Record<string, CircuitStateName> = {};
    let saturation = 0;
    let inFlight = 0;
    let queued = 0;
    for (const snapshot of snapshots) {
      circuits[snapshot.upstream] = snapshot.circuit.state;
      saturation = Math.max(saturation, snapshot.saturation);
      inFlight += snapshot.inFlight;
      queued += queueDepthOf(snapshot, waitingByUpstream);
    }
    return {
      pool_saturation: saturation,
      inflight_requests: inFlight,
      queue_depth: queued,
      circuit_state: circuits,
    };
  }

  #upstreams(report: WindowReport): NetworkMetrics['upstreams'] {
    const { waitingByUpstream } = this.#options.deliveryStatus();
    const entries = this.#options.resilience().map((snapshot) => {
      const stats = report.byUpstream.get(snapshot.upstream) ?? NO_CALLS;
      const told = {
        ...windowStatsDto(stats),
        pool_saturation: snapshot.saturation,
        inflight_requests: snapshot.inFlight,
        queue_depth: queueDepthOf(snapshot, waitingByUpstream),
        circuit_state: snapshot.circuit.state,
      };
      return [snapshot.upstream, told] as const;
    });
    return Object.fromEntries(entries);
  }

  #surroundings(): Pick<NetworkMetrics, 'source' | 'records' | 'audit' | 'ws'> {
    const { clock, metrics, auditStatus, sourceStatus, deliveryStatus, wsClients } = this.#options;
    const audit = auditStatus();
    return {
      source: sourceDto(sourceStatus()),
      records: recordsDto(deliveryStatus()),
      audit: {
        state: audit.state,
        backlog_events: audit.backlogEvents,
        backlog_bytes: audit.backlogBytes,
        flush_lag_seconds: flushLagSeconds(audit, clock.wallMs()),
      },
      ws: {
        clients: wsClients(),
        dropped_events: metrics.counterTotal('ws_dropped_events_total'),
      },
    };
  }
}
