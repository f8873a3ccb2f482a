import type { AuditStatus, SourceStatus } from '@netscope/domain';
import { expect, test } from 'vitest';

import { readinessOf } from '../src/readiness.ts';

const source: SourceStatus = {
  kind: 'kafka',
  assigned: true,
  state: 'running',
  reason: undefined,
  missingTopics: [],
  partitions: [],
};

const unwritten = { letters: 0, error: undefined };

const audit: AuditStatus = {
  store: 'rgw',
  state: 'up',
  reason: undefined,
  troubles: { spool: undefined, store: undefined },
  node: 'n',
  epoch: 'e',
  lastSeq: 0,
  backlogEvents: 0,
  backlogBytes: 0,
  spoolBytes: 0,
  spoolBytesMax: 100,
  reservedBytes: 0,
  segmentsPending: 0,
  oldestEventMs: undefined,
  lastShipped: undefined,
  lastDigest: undefined,
  lastError: undefined,
  objectsShipped: 0,
  writeErrors: 0,
  dropped: {},
  quarantinedSegments: 0,
  capabilities: undefined,
};

test.each([
  { name: 'before the first assignment', phase: 'running', now: { assigned: false }, ready: false },
  { name: 'while starting', phase: 'starting', now: {}, ready: false },
  { name: 'once assigned', phase: 'running', now: {}, ready: true },
  { name: 'while draining', phase: 'draining', now: {}, ready: false },
  { name: 'in an outage of Kafka', phase: 'running', now: { state: 'disconnected' }, ready: true },
] as const)('$name, ready is $ready', ({ phase, now, ready }) => {
  expect(
    readinessOf(phase, { source: { ...source, ...now }, audit, holds: [], unwritten }).ready,
  ).toBe(ready);
});

test('an outage after the start is degraded and says why', () => {
  const troubles = { spool: undefined, store: 'RGW does not answer' };
  const outage = { ...audit, state: 'down', reason: troubles.store, troubles } as const;
  const report = readinessOf('running', {
    source: { ...source, state: 'disconnected' },
    audit: outage,
    holds: [],
    unwritten,
  });
  expect(report.dependencies).toEqual([
    { name: 'source', state: 'degraded', reason: 'disconnected' },
    { name: 'audit_spool', state: 'up', reason: undefined },
    { name: 'audit_store', state: 'degraded', reason: 'RGW does not answer' },
    { name: 'routes', state: 'up', reason: undefined },
    { name: 'dead_letters', state: 'up', reason: undefined },
  ]);
});

test('a spool that takes no event any more is down, as audit/status says, and the page stays reachable', () => {
  const troubles = { spool: 'the disk fails', store: 'RGW does not answer' };
  const failed = { ...audit, state: 'down', reason: troubles.spool, troubles } as const;
  const report = readinessOf('running', { source, audit: failed, holds: [], unwritten });
  expect(report.ready).toBe(true);
  expect(report.dependencies).toContainEqual({
    name: 'audit_spool',
    state: 'down',
    reason: 'the disk fails',
  });
  expect(report.dependencies).toContainEqual({
    name: 'audit_store',
    state: 'degraded',
    reason: 'RGW does not answer',
  });
});

test.each([
  { what: 'a full spool is told of the spool alone', spool: 'the disk is full', store: undefined },
  {
    what: 'a spool that is full because the store is down is told of both, each with its reason',
    spool: 'the spool is full',
    store: 'store: unreachable',
  },
])('$what', ({ spool, store }) => {
  const full = { ...audit, state: 'degraded', reason: spool, troubles: { spool, store } } as const;
  const { dependencies } = readinessOf('running', { source, audit: full, holds: [], unwritten });
  expect(dependencies.slice(1, 3)).toEqual([
    { name: 'audit_spool', state: 'degraded', reason: spool },
    { name: 'audit_store', state: store === undefined ? 'up' : 'degraded', reason: store },
  ]);
});

test('a route that its park guard paused degrades; what an operator holds does not', () => {
  const guarded = { target: 'route', name: 'partner-send', by: 'park_guard' } as const;
  const held = { target: 'topic', name: 'orders', by: 'operator' } as const;
  const rest = { reason: '51 of 60 records parked', sinceMs: 0 };
  const routesOf = (holds: Parameters<typeof readinessOf>[1]['holds']) =>
    readinessOf('running', { source, audit, holds, unwritten }).dependencies.find(
      (one) => one.name === 'routes',
    );
  expect(routesOf([{ ...held, ...rest }])?.state).toBe('up');
  expect(routesOf([{ ...guarded, ...rest }])).toEqual({
    name: 'routes',
    state: 'degraded',
    reason: 'partner-send is paused: 51 of 60 records parked',
  });
});

test('a partition whose offset is lost degrades the source, and the reason names it', () => {
  const loss = { committed: 5, position: 5, logStart: 8, logEnd: 10, action: 'held' } as const;
  const lost: SourceStatus['partitions'][number] = {
    topic: 'in',
    partition: 3,
    position: 5,
    committed: 5,
    lagRecords: 2,
    lagSeconds: 1,
    paused: true,
    lost: { topic: 'in', partition: 3, ...loss },
    offsetMap: undefined,
  };
  const report = readinessOf('running', {
    source: { ...source, partitions: [lost] },
    audit,
    holds: [],
    unwritten,
  });
  expect(report.ready).toBe(true);
  expect(report.dependencies[0]).toEqual({
    name: 'source',
    state: 'degraded',
    reason: 'the log does not hold the offset of in/3 at 5: seek to go on',
  });
});

test('a topic that was deleted degrades the source, and names it', () => {
  const facts = { source: { ...source, missingTopics: ['orders'] }, audit, holds: [], unwritten };
  const { ready, dependencies } = readinessOf('running', facts);
  expect(ready).toBe(true);
  expect(dependencies[0]).toMatchObject({
    state: 'degraded',
    reason: expect.stringContaining('not in the cluster: orders'),
  });
});

test('dead letters that cannot be written degrade, and say why', () => {
  const stuck = { letters: 2, error: 'not authorized' };
  const report = readinessOf('running', { source, audit, holds: [], unwritten: stuck });
  expect(report.ready).toBe(true);
  expect(report.dependencies.at(-1)).toEqual({
    name: 'dead_letters',
    state: 'degraded',
    reason: '2 dead letters cannot be written: not authorized',
  });
});
