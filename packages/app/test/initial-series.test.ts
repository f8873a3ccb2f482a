import { createMetricsEngine } from '@netscope/metrics-engine';
import { ManualClock, RecordingLog } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { beginSeries } from '../src/initial-series.ts';

test('what alerts look at has a sample of 0 before its first event', async () => {
  const metrics = createMetricsEngine({
    bucketsSeconds: [1],
    seriesMax: 1000,
    clock: new ManualClock(),
    log: new RecordingLog(),
  });
  const routes = [{ group: 'orders', upstream: 'partner' }];
  beginSeries(metrics, { topics: ['in'], upstreams: ['partner'], routes });
  const { body } = await metrics.scrape('text');
  for (const series of [
    'requests_total{route_group="orders",upstream="partner",outcome="responded",status_class="2xx"}',
    'errors_total{route_group="orders",upstream="partner",outcome="timed_out",status_class="none"}',
    'records_quarantined_total{topic="in",reason="rejected"}',
    'records_total{topic="in",outcome="parked"}',
    'circuit_transitions_total{upstream="partner",state="open"}',
    'rate_limit_exceeded_total{upstream="partner"}',
    'dead_letter_write_errors_total{topic="in"}',
    'offsets_lost_total{topic="in",action="held"}',
    'audit_write_errors_total{reason="unreachable"}',
    'ws_dropped_events_total{reason="slow_client"}',
    'ws_dropped_events_total{reason="resume_gap"}',
  ]) {
    expect(body).toContain(`netscope_${series} 0\n`);
  }
});
