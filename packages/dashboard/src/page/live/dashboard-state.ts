import type {
  AuditStatusBody,
  Connections,
  Host,
  Liveness,
  NetworkMetrics,
  Readiness,
  ResilienceState,
  WindowName,
} from '@netscope/api-server/contract';
import { type Signal, signal } from '@preact/signals';

import { CallLog } from '../model/call-log.ts';
import type { FeedItem } from '../model/feed.ts';
import { HostSeries } from '../model/host-series.ts';
import { LiveSeries, type SeriesPoint } from '../model/live-series.ts';
import type { Link } from './event-stream.ts';
import { NOT_POLLED, type Polled } from './polled.ts';

/** Everything the panels show. Panels read; only `Feeder` writes. */
export interface DashboardState {
  readonly link: Signal<Link>;
  /** Server's wall clock, ms since the epoch; moves once a second. */
  readonly nowMs: Signal<number>;
  readonly window: Signal<WindowName>;
  readonly metrics: Signal<Polled<NetworkMetrics>>;
  readonly resilience: Signal<Polled<ResilienceState>>;
  readonly audit: Signal<Polled<AuditStatusBody>>;
  readonly readiness: Signal<Polled<Readiness>>;
  readonly host: Signal<Polled<Host>>;
  readonly connections: Signal<Polled<Connections>>;
  /** Read where `nowMs` moves; written whenever the host was asked. */
  readonly hostSeries: HostSeries;
  readonly liveness: Signal<Liveness | undefined>;
  readonly feed: Signal<readonly FeedItem[]>;
  readonly callLog: CallLog;
  /** Moves when `callLog` changed and should be drawn. */
  readonly callLogVersion: Signal<number>;
  readonly series: LiveSeries;
  readonly points: Signal<readonly (SeriesPoint | undefined)[]>;
}

export function createDashboardState(window: WindowName): DashboardState {
  return {
    link: signal<Link>({ kind: 'connecting' }),
    nowMs: signal(0),
    window: signal(window),
    metrics: signal<Polled<NetworkMetrics>>(NOT_POLLED),
    resilience: signal<Polled<ResilienceState>>(NOT_POLLED),
    audit: signal<Polled<AuditStatusBody>>(NOT_POLLED),
    readiness: signal<Polled<Readiness>>(NOT_POLLED),
    host: signal<Polled<Host>>(NOT_POLLED),
    connections: signal<Polled<Connections>>(NOT_POLLED),
    hostSeries: new HostSeries(),
    liveness: signal<Liveness | undefined>(undefined),
    feed: signal<readonly FeedItem[]>([]),
    callLog: new CallLog(),
    callLogVersion: signal(0),
    series: new LiveSeries(),
    points: signal<readonly (SeriesPoint | undefined)[]>([]),
  };
}
