import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import {
  auditStatusSchema,
  livenessSchema,
  networkMetricsSchema,
  readinessSchema,
  resilienceStateSchema,
} from '../src/contract.ts';
import { TestApi } from './test-api.ts';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('health', () => {
  it.each(['/v1/health/live', '/livez', '/healthz'])(
    '%s answers whatever the rest does',
    async (url) => {
      api.world.readiness = { ready: false, phase: 'starting', dependencies: [] };
      expect(await api.dataOf(url, livenessSchema)).toMatchObject({
        state: 'live',
        version: '0.1.0',
      });
    },
  );

  it.each(['/v1/health/ready', '/readyz'])('%s names each dependency', async (url) => {
    api.world.readiness = {
      ready: true,
      phase: 'running',
      dependencies: [
        { name: 'source', state: 'up', reason: undefined },
        { name: 'audit_store', state: 'degraded', reason: 'connection refused' },
      ],
    };
    expect(await api.dataOf(url, readinessSchema)).toEqual({
      ready: true,
      phase: 'running',
      state: 'degraded',
      dependencies: {
        source: { state: 'up' },
        audit_store: { state: 'degraded', reason: 'connection refused' },
      },
    });
  });

  it('is 503 with the same facts while draining', async () => {
    api.world.readiness = { ...api.world.readiness, ready: false, phase: 'draining' };
    const error = await api.errorOf('/v1/health/ready');
    expect(error).toMatchObject({ status: 503, code: 'DEPENDENCY_UNAVAILABLE' });
    expect(readinessSchema.parse(error.details)).toMatchObject({ ready: false, phase: 'draining' });
  });
});

describe('metrics/network', () => {
  it('tells the calls of the window, and what is in hand', async () => {
    api.world.publish(sampleCall({ latencyMs: 100, retryCount: 1 }));
    api.world.publish(sampleTimeout({ latencyMs: 1000 }));
    const told = await api.dataOf('/v1/metrics/network?window=1m', networkMetricsSchema);
    expect(told).toMatchObject({
      window: '1m',
      requests: 2,
      errors: 1,
      error_rate: 0.5,
      timeouts_total: 1,
      retries_total: 1,
      pool_saturation: 0.03125,
      inflight_requests: 2,
      queue_depth: 4,
      circuit_state: { partner: 'open' },
      totals: { requests: 2, errors: 1, timeouts: 1, retries: 1, attempts: 3 },
      source: { lag_records: 5, lag_seconds: 1.5, partitions: 2, partitions_paused: 1 },
      records: { waiting: 3, delivered: 9 },
      audit: { backlog_events: 12, flush_lag_seconds: 2 },
    });
    expect(told.upstreams['partner']).toMatchObject({ requests: 2, queue_depth: 4 });
    expect(told.route_groups['partner']?.requests).toBe(2);
    expect(told.latency_ms.p99).toBe(1000);
  });

  it('has the 5 minute window by default and no percentile without a call', async () => {
    const told = await api.dataOf('/v1/metrics/network', networkMetricsSchema);
    expect(told.window).toBe('5m');
    expect(told.latency_ms).toEqual({ p50: null, p95: null, p99: null });
    expect(told.upstreams['partner']?.requests).toBe(0);
  });

  it('tells only the calls of the route group that is asked for', async () => {
    api.world.publish(sampleCall({ routeGroup: 'other' }));
    api.world.publish(sampleCall());
    const told = await api.dataOf('/v1/metrics/network?route_group=other', networkMetricsSchema);
    expect(told).toMatchObject({ route_group: 'other', requests: 1, totals: { requests: 2 } });
  });

  it.each([
    ['window=2h', { name: 'window', found: '2h', allowed: ['1m', '5m', '15m'] }],
    ['route_group=nobody', { name: 'route_group', allowed: ['partner', 'other'] }],
    [
      'windwo=1m',
      { name: 'windwo', problem: 'unknown parameter', allowed: ['window', 'route_group'] },
    ],
    ['window=1m&window=5m', { name: 'window', problem: 'given more than once' }],
    ['__proto__=1', { name: '__proto__' }],
  ])('refuses ?%s with the list of right ones', async (query, fault) => {
    const error = await api.errorOf(`/v1/metrics/network?${query}`);
    expect(error).toMatchObject({
      status: 400,
      code: 'INVALID_QUERY_PARAM',
      details: { parameters: [fault] },
    });
  });
});

describe('resilience/state', () => {
  it('tells every upstream, and one', async () => {
    const all = await api.dataOf('/v1/resilience/state', resilienceStateSchema);
    expect(all.upstreams['partner']).toMatchObject({
      timeouts: { connect_ms: 200, read_ms: 1000, global_ms: 1500 },
      circuit: { state: 'open', reason: '5 failures in a row', open_remaining_ms: 4200 },
      bulkhead: { queue_depth: 4 },
      backpressure: { capacity: 2048, depth: 1, policy: 'reject', records_waiting: 3 },
    });
    expect(await api.dataOf('/v1/resilience/state/partner', resilienceStateSchema)).toEqual(all);
  });

  it('names the upstreams there are where one is unknown', async () => {
    expect(await api.errorOf('/v1/resilience/state/nobody')).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
      details: { upstreams: ['partner'] },
    });
  });

  it('is RESILIENCE_STATE_UNAVAILABLE where it cannot be read, and logged', async () => {
    await api.start(
      {},
      {
        resilience: () => {
          throw new Error('a secret of the inside');
        },
      },
    );
    const error = await api.errorOf('/v1/resilience/state');
    expect(error).toMatchObject({ status: 500, code: 'RESILIENCE_STATE_UNAVAILABLE' });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(api.world.log.count('api.request_failed')).toBe(1);
  });
});

describe('audit/status', () => {
  it('tells the spool and what was shipped', async () => {
    expect(await api.dataOf('/v1/audit/status', auditStatusSchema)).toMatchObject({
      spool_depth: 12,
      flush_lag_seconds: 2,
      oldest_event: '2026-02-20T08:59:58.000Z',
      last_shipped: { key: 'audit/v1/x.jsonl.zst', bytes: 500 },
    });
  });

  it('leaves out what never happened', async () => {
    api.world.audit = { ...api.world.audit, lastShipped: undefined, oldestEventMs: undefined };
    const told = await api.dataOf('/v1/audit/status', auditStatusSchema);
    expect(told).not.toHaveProperty('last_shipped');
    expect(told).not.toHaveProperty('oldest_event');
    expect(told.flush_lag_seconds).toBe(0);
  });
});
