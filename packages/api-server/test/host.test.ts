import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { connectionsSchema, hostHistorySchema, hostSchema } from '../src/contract.ts';
import { TestApi } from './test-api.ts';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('host', () => {
  it('tells the last look, and which parts the platform does not tell', async () => {
    const told = await api.dataOf('/v1/host', hostSchema);
    expect(told).toMatchObject({
      sampled_at: '2026-02-20T09:00:00.000Z',
      origin: 'native',
      cpu: { usage_percent: 12.5 },
      process: { pid: 42, total_time_ns: 3e9, rss_bytes: 100_000_000 },
    });
    expect(told.capabilities).toMatchObject({ cpu: true, process: true, disks: false });
    expect(told.disks).toBeUndefined();
  });

  it('says why it is Node alone that looks', async () => {
    api.world.host.from = { kind: 'node', reason: 'it is not built' };
    expect(await api.dataOf('/v1/host', hostSchema)).toMatchObject({
      origin: 'node',
      reason: 'it is not built',
    });
  });

  it('tells nothing and says why before the first look, and a process even then', async () => {
    api.world.host.view = undefined;
    api.world.host.from = { kind: 'node', reason: 'the host was not looked at yet' };
    const told = await api.dataOf('/v1/host', hostSchema);
    const { capabilities, ...rest } = told;
    expect(rest).toEqual({ origin: 'node', reason: 'the host was not looked at yet' });
    expect(Object.values(capabilities)).not.toContain(true);
    const other = { pid: 7, user_time_ns: 1, system_time_ns: 2, total_time_ns: 3 };
    api.world.host.processes.set(7, other);
    expect(await api.dataOf('/v1/host?pid=7', hostSchema)).toMatchObject({ process: other });
  });

  it('tells another process where its pid is given, and 404 where it is not there', async () => {
    const other = { pid: 7, user_time_ns: 1, system_time_ns: 2, total_time_ns: 3 };
    api.world.host.processes.set(7, other);
    const told = await api.dataOf('/v1/host?pid=7', hostSchema);
    expect(told).toMatchObject({ process: other, cpu: { count: 2 } });
    expect(await api.errorOf('/v1/host?pid=8')).toMatchObject({ status: 404, details: { pid: 8 } });
  });

  it.each(['0', '-1', 'x', '1e3', '99999999999'])('refuses pid=%s', async (pid) => {
    expect(await api.errorOf(`/v1/host?pid=${pid}`)).toMatchObject({
      status: 400,
      details: { parameters: [{ name: 'pid', found: pid }] },
    });
  });
});

describe('host/history', () => {
  it('tells a series, of the last hour unless it is asked otherwise', async () => {
    const nowMs = api.world.clock.wallMs();
    api.world.host.answer = {
      kind: 'series',
      stepMs: 10_000,
      points: [{ atMs: nowMs - 10_000, min: 1, max: 3, mean: 2 }],
    };
    const told = await api.dataOf('/v1/host/history?metric=cpu.usage_percent', hostHistorySchema);
    expect(told).toMatchObject({ metric: 'cpu.usage_percent', step_ms: 10_000 });
    expect(told.points).toEqual([
      { at: new Date(nowMs - 10_000).toISOString(), min: 1, max: 3, mean: 2 },
    ]);
    expect(api.world.host.questions).toEqual([
      { metric: 'cpu.usage_percent', fromMs: nowMs - 3_600_000, toMs: nowMs },
    ]);
  });

  it('names the metrics that there are where one is unknown or missing', async () => {
    api.world.host.answer = { kind: 'unknown_metric', metrics: ['load.load1'] };
    for (const query of ['?metric=load', '']) {
      expect(await api.errorOf(`/v1/host/history${query}`)).toMatchObject({
        status: 400,
        details: { parameters: [{ name: 'metric', allowed: ['load.load1'] }] },
      });
    }
  });

  it.each([
    'from=2026-02-20T09:00:00Z&to=2026-02-20T08:00:00Z',
    'from=2026-02-20T09:00:00Z&to=2026-02-20T09:00:00Z',
    'from=2999-01-01T00:00:00Z',
  ])('refuses a range that runs backwards: %s', async (range) => {
    expect(await api.errorOf(`/v1/host/history?metric=load.load1&${range}`)).toMatchObject({
      status: 400,
      details: { parameters: [{ name: 'from', expected: 'an instant before `to`' }] },
    });
    expect(api.world.host.questions).toEqual([]);
  });

  it('is unavailable, with the reason, where nothing is kept', async () => {
    api.world.host.answer = { kind: 'unavailable', reason: 'disk full' };
    expect(await api.errorOf('/v1/host/history?metric=load.load1')).toMatchObject({
      status: 503,
      details: { reason: 'disk full' },
    });
  });
});

describe('connections', () => {
  const socket = {
    state: 'established',
    local_address: '10.0.0.1',
    local_port: 50_000,
    remote_address: '10.0.0.9',
    remote_port: 9092,
    cookie: '77',
    receive_queue: 0,
    send_queue: 12,
    rtt_ms: 0.4,
  } as const;

  it('tells Kafka, the store, upstreams and others apart', async () => {
    api.world.peers = [
      { role: 'kafka', name: undefined, address: '10.0.0.9', port: 9092 },
      { role: 'upstream', name: 'partner', address: '10.0.0.9', port: 443 },
      { role: 'store', name: undefined, address: '10.0.0.9', port: 7480 },
    ];
    api.world.host.open = [
      { ...socket, remote_port: 1 },
      { ...socket, remote_port: 7480 },
      { ...socket, remote_port: 443 },
      socket,
    ];
    const told = await api.dataOf('/v1/connections', connectionsSchema);
    expect(told.connections.map(({ role, name }) => [role, name])).toEqual([
      ['kafka', undefined],
      ['store', undefined],
      ['upstream', 'partner'],
      ['other', undefined],
    ]);
    expect(told).toMatchObject({
      available: true,
      total: 4,
      by_role: { kafka: 1, store: 1, upstream: 1, api: 0, other: 1 },
    });
    expect(told.connections[0]).toMatchObject({ rtt_ms: 0.4, send_queue: 12 });
  });

  it('says so where the kernel does not tell', async () => {
    api.world.host.open = undefined;
    api.world.host.from = { kind: 'node', reason: 'it is not built' };
    expect(await api.dataOf('/v1/connections', connectionsSchema)).toMatchObject({
      available: false,
      reason: 'it is not built',
      connections: [],
    });
  });

  it('names 500 at most, and counts them all', async () => {
    api.world.host.open = Array.from({ length: 600 }, (_, port) => ({
      ...socket,
      local_port: port,
    }));
    const told = await api.dataOf('/v1/connections', connectionsSchema);
    expect([told.total, told.connections.length]).toEqual([600, 500]);
  });
});
