import type { CallRecord, NetScopeEvent } from '@netscope/domain';
import { ManualClock } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { createLog, InProcessEventBus, logEvents, type LogLevel } from '../src/index.ts';
import { MemoryDestination } from './memory-destination.ts';

const BASE = { timestampMs: 1, traceId: 'a'.repeat(32), severity: 'INFO' } as const;

const CALL: CallRecord = {
  timestampMs: 1,
  delivered: true,
  tries: 1,
  backpressureMs: 0,
  context: {
    traceId: BASE.traceId,
    spanId: 'b'.repeat(16),
    traceFlags: '01',
    tracestate: undefined,
    requestId: 'r1',
    idempotencyKey: 'k1',
    route: 'send',
    routeGroup: 'partner',
    internalIp: undefined,
    externalIp: undefined,
    source: {
      kind: 'kafka',
      cluster: 'c',
      group: 'g',
      topic: 'in',
      partition: 2,
      offset: 7,
      keySha256: undefined,
      timestampMs: 1,
    },
  },
  request: {
    upstream: 'partner',
    host: 'h',
    port: 1,
    method: 'POST',
    pathTemplate: '/v1/{key}',
    targetSha256: 'ff',
    contentType: undefined,
    payload: undefined,
  },
  result: {
    outcome: 'responded',
    status: 200,
    throttle: undefined,
    response: { sha256: 'ff', bytes: 0 },
    truncated: false,
    latencyMs: 12.5,
    bytesSent: 1,
    bytesReceived: 1,
    attempts: [],
    retryCount: 0,
    timeoutCount: 0,
    circuitState: 'closed',
    verdict: undefined,
    internalIp: undefined,
    externalIp: undefined,
    remoteAddress: undefined,
    bytesLeft: true,
  },
};

function linesOf(
  event: NetScopeEvent,
  level: LogLevel,
): readonly Readonly<Record<string, unknown>>[] {
  const destination = new MemoryDestination();
  const log = createLog({ level, service: 's', node: 'n', clock: new ManualClock(), destination });
  const bus = new InProcessEventBus(log);
  const end = logEvents(bus, log);
  bus.publish(event);
  end();
  bus.publish(event);
  return destination.lines;
}

describe('logEvents', () => {
  const call: NetScopeEvent = { ...BASE, eventType: 'network.request.completed', call: CALL };

  it('is silent about calls unless debugging', () => {
    expect(linesOf(call, 'info')).toEqual([]);
  });

  it('tells a call with its correlation when debugging', () => {
    expect(linesOf(call, 'debug')).toMatchObject([
      {
        level: 'debug',
        event: 'call.completed',
        trace_id: BASE.traceId,
        request_id: 'r1',
        route_group: 'partner',
        status: 200,
        latency_ms: 12.5,
        topic: 'in',
        partition: 2,
        offset: 7,
      },
    ]);
    expect(linesOf(call, 'debug')[0]).not.toHaveProperty('withheld');
  });

  it.each([
    ['open', 'warn'],
    ['isolated', 'warn'],
    ['half_open', 'info'],
    ['closed', 'info'],
  ] as const)('tells a circuit that is %s at level %s', (to, level) => {
    const event: NetScopeEvent = {
      ...BASE,
      eventType: 'system.circuit.changed',
      upstream: 'partner',
      from: 'closed',
      to,
      reason: '5 failures in a row',
    };
    expect(linesOf(event, 'info')).toMatchObject([
      { level, event: 'circuit.changed', upstream: 'partner', to, reason: '5 failures in a row' },
    ]);
  });

  it('tells a rate limit with what becomes of the calls over it', () => {
    const event: NetScopeEvent = {
      ...BASE,
      eventType: 'system.rate_limit.changed',
      upstream: 'partner',
      mode: 'observe',
      state: 'exceeded',
      reason: 'calls came faster than 5 a second',
    };
    const [line] = linesOf(event, 'info');
    expect(line).toMatchObject({ level: 'info', event: 'rate_limit.changed', mode: 'observe' });
    expect(line).not.toHaveProperty('withheld');
  });

  it('tells what an operator did with the ids of the request', () => {
    const event: NetScopeEvent = {
      ...BASE,
      eventType: 'system.intake.changed',
      target: 'upstream',
      name: 'partner',
      action: 'isolate',
      by: 'operator',
      state: 'isolated',
      reason: 'a bad deploy',
      requestId: 'r-1',
    };
    const [line] = linesOf(event, 'info');
    expect(line).toMatchObject({
      level: 'warn',
      event: 'intake.changed',
      trace_id: BASE.traceId,
      request_id: 'r-1',
    });
    expect(line).not.toHaveProperty('withheld');
  });

  it('tells backpressure as information', () => {
    const event: NetScopeEvent = {
      ...BASE,
      eventType: 'system.backpressure.applied',
      topic: 'in',
      partition: 1,
      state: 'paused',
      reason: 'waiting_bytes_max',
    };
    expect(linesOf(event, 'info')).toMatchObject([{ level: 'info', state: 'paused' }]);
  });

  it.each([
    ['down', 'warn', 'audit.degraded'],
    ['degraded', 'warn', 'audit.degraded'],
    ['up', 'info', 'audit.recovered'],
  ] as const)('tells an audit path that is %s at level %s', (state, level, name) => {
    const event: NetScopeEvent = {
      ...BASE,
      eventType: 'system.audit.degraded',
      state,
      reason: 'refused',
    };
    expect(linesOf(event, 'info')).toMatchObject([{ level, event: name, state }]);
  });
});
