import process from 'node:process';

import type { SpooledAuditSink } from '@netscope/audit-ceph';
import type { DeliveryEngine } from '@netscope/delivery';
import type { MetricsRecorder, ResilienceSnapshot } from '@netscope/domain';

import { VERSION } from './version.ts';

export interface GaugeReaders {
  readonly engine: DeliveryEngine;
  readonly snapshots: () => readonly ResilienceSnapshot[];
  readonly sink: SpooledAuditSink;
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
  metrics.gauge('queue_depth', () => {
    const { waitingByUpstream } = engine.status();
    return snapshots().map(({ upstream, queueDepth }) => ({
      labels: { upstream },
      value: queueDepth + (waitingByUpstream[upstream] ?? 0),
    }));
  });
}
