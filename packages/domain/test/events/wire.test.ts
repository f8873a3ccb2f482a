import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import {
  callWireSchema,
  encodeDropNotice,
  encodeHeartbeat,
  encodeLiveEvent,
  liveEventSchema,
  type NetScopeEvent,
  wireCall,
} from '../../src/index.ts';

const HEAD = { timestampMs: 1_771_578_000_123, traceId: 'a'.repeat(32) } as const;

function completed(call = sampleCall()): NetScopeEvent {
  return {
    eventType: 'network.request.completed',
    timestampMs: call.timestampMs,
    traceId: call.context.traceId,
    severity: 'INFO',
    call,
  };
}

const EVENTS: readonly NetScopeEvent[] = [
  completed(),
  completed(sampleTimeout({ routeGroup: undefined })),
  {
    ...HEAD,
    eventType: 'system.circuit.changed',
    severity: 'ERROR',
    upstream: 'a"b',
    from: 'closed',
    to: 'open',
    reason: '5 failures in a row\n',
  },
  {
    ...HEAD,
    eventType: 'system.rate_limit.changed',
    severity: 'INFO',
    upstream: 'a',
    mode: 'observe',
    state: 'exceeded',
    reason: 'calls came faster than 5 a second',
  },
  {
    ...HEAD,
    eventType: 'system.backpressure.applied',
    severity: 'WARN',
    topic: 't',
    partition: 3,
    state: 'paused',
    reason: 'waiting_bytes',
  },
  {
    ...HEAD,
    eventType: 'system.audit.degraded',
    severity: 'WARN',
    state: 'degraded',
    reason: 'the store is away',
  },
  {
    ...HEAD,
    eventType: 'system.intake.changed',
    severity: 'WARN',
    target: 'upstream',
    name: 'a',
    action: 'isolate',
    by: 'operator',
    state: 'isolated',
    reason: 'a bad deploy',
    requestId: 'r-1',
  },
  {
    ...HEAD,
    eventType: 'system.intake.changed',
    severity: 'WARN',
    target: 'route',
    name: 'a',
    action: 'pause',
    by: 'park_guard',
    state: 'paused',
    reason: '26 of 50 were parked',
  },
  {
    ...HEAD,
    eventType: 'system.source.offset_lost',
    severity: 'ERROR',
    loss: {
      topic: 't',
      partition: 3,
      committed: 5,
      position: 7,
      logStart: 8,
      logEnd: undefined,
      action: 'held',
    },
  },
  {
    ...HEAD,
    eventType: 'system.source.topic_changed',
    severity: 'ERROR',
    topic: 't',
    state: 'missing',
  },
  {
    ...HEAD,
    eventType: 'system.host.sampled',
    severity: 'INFO',
    values: { 'cpu.usage_percent': 12.5, 'disks.vda.busy_percent': 0 },
  },
];

describe('encodeLiveEvent', () => {
  it.each(EVENTS)('writes $eventType as its schema says, with no field besides', (event) => {
    const told: unknown = JSON.parse(encodeLiveEvent(event));
    expect(liveEventSchema.parse(told)).toEqual(told);
  });

  it('tells the numbers of a call that its REST form tells', () => {
    const call = sampleCall({ latencyMs: 184.211_49, retryCount: 1 });
    const live: unknown = JSON.parse(encodeLiveEvent(completed(call)));
    const rest = wireCall(call, Buffer);
    expect(live).toMatchObject({
      request_id: rest.request_id,
      route_group: rest.route_group,
      internal_ip: rest.internal_ip,
      external_ip: rest.external_ip,
      status_code: rest.upstream.status_code,
      latency_ms: 184.211,
      retry_count: 1,
      attempts: rest.network.attempts.length,
      phases_ms: rest.network.attempts.at(-1)?.phases_ms,
      verdict: rest.network.verdict,
    });
    expect(rest.upstream.latency_ms).toBe(184.211);
  });

  it('leaves out what is absent', () => {
    const told = encodeLiveEvent(completed(sampleTimeout({ routeGroup: undefined })));
    expect(told).not.toContain('null');
    expect(told).not.toContain('status_code');
    expect(told).not.toContain('route_group');
    expect(told).toContain('"error_code":"UPSTREAM_TIMEOUT"');
  });
});

describe('notices to one client', () => {
  it.each([
    encodeHeartbeat({ ...HEAD, severity: 'INFO' }, 10_000, 12.5),
    encodeDropNotice({ ...HEAD, severity: 'WARN' }, 7, 'slow_client'),
  ])('are as their schema says: %s', (text) => {
    const told: unknown = JSON.parse(text);
    expect(liveEventSchema.parse(told)).toEqual(told);
  });
});

describe('wireCall', () => {
  it.each([sampleCall({ retryCount: 2 }), sampleTimeout(), sampleCall({ routeGroup: undefined })])(
    'is as its schema says, with no field besides',
    (call) => {
      const told = wireCall(call, Buffer);
      expect(callWireSchema.parse(told)).toEqual(told);
      expect(told.delivered).toBe(call.delivered);
    },
  );
});
