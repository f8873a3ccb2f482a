import process from 'node:process';

import type { SpooledAuditSink } from '@netscope/audit-ceph';
import type { DeliveryEngine, RouteTable } from '@netscope/delivery';
import {
  type Clock,
  type IntakeHold,
  type MetricsRecorder,
  queueDepthOf,
  type ResilienceSnapshot,
} from '@netscope/domain';

import { VERSION } from './version.ts';
import { WaitingForecast } from './waiting-forecast.ts';

export interface GaugeReaders {
  readonly engine: DeliveryEngine;
  readonly snapshots: () => readonly ResilienceSnapshot[];
  readonly sink: SpooledAuditSink;
  readonly routes: RouteTable;
  readonly clock: Clock;
}

/** Gauges that join several parts, each read at the scrape. */
export function registerGauges(metrics: MetricsRecorder, readers: GaugeReaders): void {
  const { engine, snapshots } = readers;
  const one = (value: number) => [{ labels: {}, value }];
  metrics.gauge('build_info', () => [
    { labels: { version: VERSION, node_version: process.versions.node }, value: 1 },
  ]);
  metrics.gauge('config_last_reload_successful', () => one(1));
  metrics.gauge('records_in_flight', () => one(engine.status().recordsInFlight));
  metrics.gauge('records_waiting', () => one(engine.status().recordsWaiting));
  metrics.gauge('waiting_bytes', () => one(engine.status().waitingBytes));
  metrics.gauge('oldest_waiting_seconds', () => one(engine.status().oldestWaitingMs / 1000));
  registerHoldGauges(metrics, readers);
  registerForecast(metrics, readers);
  metrics.gauge('queue_depth', () => {
    const { waitingByUpstream } = engine.status();
    return snapshots().map((snapshot) => ({
      labels: { upstream: snapshot.upstream },
      value: queueDepthOf(snapshot, waitingByUpstream),
    }));
  });
}

function registerHoldGauges(metrics: MetricsRecorder, { engine, routes }: GaugeReaders): void {
  const isHeld = (target: IntakeHold['target'], name: string) =>
    engine.holds.some((hold) => hold.target === target && hold.name === name);
  metrics.gauge('records_held', () => [{ labels: {}, value: engine.status().recordsHeld }]);
  metrics.gauge('topic_paused', () =>
    routes.topics.map((topic) => ({ labels: { topic }, value: isHeld('topic', topic) ? 1 : 0 })),
  );
  metrics.gauge('routes_paused', () => {
    const pausedByGroup = new Map<string, number>();
    for (const { definition } of routes.routes) {
      const paused = pausedByGroup.get(definition.group) ?? 0;
      pausedByGroup.set(definition.group, paused + (isHeld('route', definition.name) ? 1 : 0));
    }
    return [...pausedByGroup].map(([group, value]) => ({ labels: { route_group: group }, value }));
  });
}

function registerForecast(metrics: MetricsRecorder, { engine, clock }: GaugeReaders): void {
  const forecast = new WaitingForecast();
  metrics.gauge('waiting_bytes_max', () => [
    { labels: {}, value: engine.status().waitingBytesMax },
  ]);
  metrics.gauge('waiting_seconds_left', () => {
    const { waitingBytes, waitingBytesMax } = engine.status();
    const value = forecast.secondsLeft(waitingBytes, waitingBytesMax, clock.monotonicMs());
    return value === undefined ? [] : [{ labels: {}, value }];
  });
}
