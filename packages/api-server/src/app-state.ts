import type {
  AuditStatus,
  Clock,
  DeliveryStatus,
  EventBus,
  HostObserver,
  Log,
  OperatorControl,
  PartitionHoldings,
  ProbeCapabilities,
  Random,
  ReadinessReport,
  ResilienceSnapshot,
  SourceStatus,
  Timers,
} from '@netscope/domain';
import type { MetricsEngine } from '@netscope/metrics-engine';

import { CallsService } from './services/calls-service.ts';
import { HealthService } from './services/health-service.ts';
import { type Peer, HostService } from './services/host-service.ts';
import { MetricsService } from './services/metrics-service.ts';
import { OperatorService } from './services/operator-service.ts';
import { PartitionsService } from './services/partitions-service.ts';
import { ResilienceService } from './services/resilience-service.ts';
import { DEFAULT_HUB_LIMITS, type HubLimits, WsHub } from './services/ws-hub.ts';

/** The `http` section of the configuration; auth is `none` in this release. */
export interface HttpOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where set, `/metrics` is there alone. */
  readonly metricsPort: number | undefined;
  readonly requestTimeoutMs: number;
  /** For each client address. */
  readonly rateLimitPerSecond: number;
  /** Addresses or CIDR ranges whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** Host names that are answered besides the loopback ones. */
  readonly hosts: readonly string[];
}

/** What the API tells of; every reader answers at once, from memory. */
export interface ApiServerOptions {
  readonly http: HttpOptions;
  readonly version: string;
  readonly readiness: () => ReadinessReport;
  readonly resilience: () => readonly ResilienceSnapshot[];
  readonly auditStatus: () => AuditStatus;
  readonly sourceStatus: () => SourceStatus;
  readonly deliveryStatus: () => DeliveryStatus;
  readonly capabilities: () => ProbeCapabilities;
  readonly operator: OperatorControl;
  /** What delivery holds of a partition. */
  readonly holdings: (topic: string, partition: number) => PartitionHoldings;
  /** Route groups of the configuration, for the lists of right query values. */
  readonly routeGroups: () => readonly string[];
  readonly host: HostObserver;
  /** Whom this process talks to, by address; asked for where connections are told. */
  readonly peers: () => Promise<readonly Peer[]>;
  readonly bus: EventBus;
  readonly metrics: MetricsEngine;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Log;
  /** Where the built page lies; absent where there is none. */
  readonly dashboardDir: string | undefined;
  /** Trace id of what the process says of itself. */
  readonly processTraceId: string;
  /** Bounds of the live feed; the defaults where absent. */
  readonly hubLimits?: Partial<HubLimits>;
}

/** What the routes work with, built once. */
export interface AppState {
  readonly options: ApiServerOptions;
  readonly health: HealthService;
  readonly metrics: MetricsService;
  readonly resilience: ResilienceService;
  readonly calls: CallsService;
  readonly partitions: PartitionsService;
  readonly operator: OperatorService;
  readonly host: HostService;
  readonly hub: WsHub;
}

export function createAppState(options: ApiServerOptions): AppState {
  const limits = { ...DEFAULT_HUB_LIMITS, ...options.hubLimits };
  const hub = new WsHub({ ...options, limits });
  const resilience = new ResilienceService(options);
  return {
    options,
    hub,
    resilience,
    health: new HealthService(options),
    host: new HostService(options),
    metrics: new MetricsService({ ...options, wsClients: () => hub.clients }),
    operator: new OperatorService(options.operator, resilience),
    partitions: new PartitionsService(options),
    calls: new CallsService(hub.recentCalls, options.random.hex(4)),
  };
}
