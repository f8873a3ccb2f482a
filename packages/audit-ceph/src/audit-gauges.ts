import type { AuditStatus, Clock, MetricsRecorder } from '@netscope/domain';

/** Registers the gauges of the audit path, each read from the status at a scrape. */
export function registerAuditGauges(
  metrics: MetricsRecorder,
  clock: Clock,
  status: () => AuditStatus,
): void {
  metrics.gauge('audit_backlog_events', () => [{ labels: {}, value: status().backlogEvents }]);
  metrics.gauge('audit_backlog_bytes', () => [{ labels: {}, value: status().backlogBytes }]);
  metrics.gauge('audit_spool_bytes', () => [{ labels: {}, value: status().spoolBytes }]);
  metrics.gauge('audit_store_up', () => [{ labels: {}, value: status().state === 'up' ? 1 : 0 }]);
  metrics.gauge('audit_flush_lag_seconds', () => {
    const oldestMs = status().oldestEventMs;
    const lagMs = oldestMs === undefined ? 0 : Math.max(0, clock.wallMs() - oldestMs);
    return [{ labels: {}, value: lagMs / 1000 }];
  });
}
