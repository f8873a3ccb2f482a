import type {
  AuditStatusBody,
  Calls,
  Connections,
  ErrorBody,
  Host,
  HostHistory,
  Liveness,
  NetworkMetrics,
  Readiness,
  ResilienceState,
  Success,
  WindowName,
  WireCall,
} from '@netscope/api-server/contract';

import { writeTimestamp } from '../model/timestamp.ts';

/** Where to ask, relative to the page, and the type of what is answered there. */
export interface ApiPath<T> {
  readonly path: string;
  /** Never there: only carries the type. */
  readonly answers?: T;
}

export type Envelope<T> = Success<T> | ErrorBody;

export const RESILIENCE_PATH: ApiPath<ResilienceState> = { path: 'v1/resilience/state' };
export const AUDIT_PATH: ApiPath<AuditStatusBody> = { path: 'v1/audit/status' };
export const READINESS_PATH: ApiPath<Readiness> = { path: 'v1/health/ready' };
export const LIVENESS_PATH: ApiPath<Liveness> = { path: 'v1/health/live' };

export const HOST_PATH: ApiPath<Host> = { path: 'v1/host' };
export const CONNECTIONS_PATH: ApiPath<Connections> = { path: 'v1/connections' };

/** `fromMs`: server's clock, ms since the epoch. */
export function hostHistoryPath(metric: string, fromMs: number): ApiPath<HostHistory> {
  const from = writeTimestamp(fromMs);
  return { path: `v1/host/history?metric=${encodeURIComponent(metric)}&from=${from}` };
}

export function metricsPath(window: WindowName): ApiPath<NetworkMetrics> {
  return { path: `v1/metrics/network?window=${window}` };
}

export function callsPath(limit: number): ApiPath<Calls> {
  return { path: `v1/calls?limit=${limit}` };
}

export function callPath(requestId: string): ApiPath<WireCall> {
  return { path: `v1/calls/${encodeURIComponent(requestId)}` };
}
