import type { DeliveryStatus, ProbeCapabilities, SourceStatus } from '@netscope/domain';
import type { CallStats } from '@netscope/metrics-engine';

import type { NetworkMetrics, WindowStats } from '../contract.ts';

/** Numbers of one window in wire form; rates and shares are rounded to six digits. */
export function windowStatsDto(stats: CallStats): WindowStats {
  const { latencyMs, verdictShares } = stats;
  return {
    requests: stats.requests,
    errors: stats.errors,
    requests_per_sec: rounded(stats.requestsPerSec),
    latency_ms: {
      p50: roundedMs(latencyMs.p50),
      p95: roundedMs(latencyMs.p95),
      p99: roundedMs(latencyMs.p99),
    },
    error_rate: rounded(stats.errorRate),
    timeouts_total: stats.timeouts,
    retries_total: stats.retries,
    verdict_shares: {
      network: rounded(verdictShares.network),
      upstream: rounded(verdictShares.upstream),
      local: rounded(verdictShares.local),
      upstream_or_beyond: rounded(verdictShares.upstream_or_beyond),
    },
  };
}

export function sourceDto(source: SourceStatus): NetworkMetrics['source'] {
  const { reason, partitions } = source;
  const records = partitions.flatMap(({ lagRecords }) => lagRecords ?? []);
  const seconds = partitions.flatMap(({ lagSeconds }) => lagSeconds ?? []);
  return {
    kind: source.kind,
    state: source.state,
    ...(reason === undefined ? {} : { reason }),
    assigned: source.assigned,
    partitions: partitions.length,
    partitions_paused: partitions.filter(({ paused }) => paused).length,
    lag_records: records.length === 0 ? null : records.reduce((sum, lag) => sum + lag, 0),
    lag_seconds: seconds.length === 0 ? null : Math.max(...seconds),
  };
}

export function recordsDto(status: DeliveryStatus): NetworkMetrics['records'] {
  return {
    in_flight: status.recordsInFlight,
    in_flight_max: status.recordsInFlightMax,
    waiting: status.recordsWaiting,
    waiting_bytes: status.waitingBytes,
    waiting_bytes_max: status.waitingBytesMax,
    oldest_waiting_ms: status.oldestWaitingMs,
    delivered: status.delivered,
    parked: status.parked,
    skipped: status.skipped,
  };
}

export function capabilitiesDto(told: ProbeCapabilities): NetworkMetrics['capabilities'] {
  return {
    phases: told.phases,
    addresses: told.addresses,
    tls_facts: told.tlsFacts,
    socket_facts: told.socketFacts,
    receive_stamps: told.receiveStamps,
    kernel_timeout_check: told.kernelTimeoutCheck,
    host: told.host,
  };
}

function rounded(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function roundedMs(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms * 1000) / 1000;
}
