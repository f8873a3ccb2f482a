import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DirectoryObjectStore } from '@netscope/audit-ceph';
import { EVENT_COLUMNS, EventDatabase } from '@netscope/audit-ceph/query';
import { TrailSearch } from '@netscope/audit-ceph/reader';
import { callLine, INCIDENT, type TrailLine, writeTrail } from '@netscope/test-support';
import { afterAll, expect, test } from 'vitest';

import type { IncidentReport } from '../../../src/commands/report/incident-report.ts';
import { readReport } from '../../../src/commands/report/read-report.ts';
import { REPORT_COLUMNS } from '../../../src/commands/report/report-queries.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscope-report-test-'));
const { signal } = new AbortController();

afterAll(() => rmSync(folder, { recursive: true }));

test('a report tells of an incident what there was of it', async () => {
  const { stretches, ...report } = (await reportOf('incident', INCIDENT)) ?? fail();
  expect(report).toMatchObject({
    first: '2026-11-21T11:59:58.000Z',
    last: '2026-11-21T13:15:00.000Z',
    events: 14,
    calls: 8,
    failed: 3,
    timeouts: 1,
    retries: 1,
    parked: { items: [{ reason: 'rejected', records: 1 }], total: 1 },
    stretchMs: 120_000,
    causes: {
      total: 3,
      items: [
        { cause: 'UPSTREAM_TIMEOUT (read)', upstream: 'partner', calls: 1 },
        { cause: 'status 422', upstream: 'bank', calls: 1 },
        { cause: 'status 503', upstream: 'partner', first: '2026-11-21T12:01:05.000Z' },
      ],
    },
    upstreams: {
      items: [
        { upstream: 'partner', calls: 6, failed: 2, timeouts: 1, retries: 1 },
        { upstream: 'bank', calls: 2, failed: 1, mainCause: 'status 422' },
      ],
    },
    circuits: { total: 3, items: [{ from: 'closed', to: 'open', node: 'netscope-0' }, {}, {}] },
    slowest: [
      { latencyMs: 1000, outcome: 'timed_out', party: 'network' },
      { latencyMs: 90, outcome: 'responded 503' },
      {},
      {},
      {},
      {},
      {},
      {},
    ],
    happenings: {
      total: 2,
      items: [{ eventType: 'system.started' }, { eventType: 'audit.gap' }],
    },
  });
  expect(
    report.parties.map(({ party, calls, maxMs, upstreamMs }) => ({
      party,
      calls,
      maxMs,
      upstreamMs,
    })),
  ).toEqual([
    { party: 'upstream', calls: 6, maxMs: 90, upstreamMs: 206 },
    { party: 'local', calls: 1, maxMs: 30, upstreamMs: 29 },
    { party: 'network', calls: 1, maxMs: 1000, upstreamMs: 999 },
  ]);
  expect(stretches).toHaveLength(39);
  expect(stretches.slice(0, 4)).toMatchObject([
    { startMs: Date.UTC(2026, 10, 21, 11, 58), completed: 0, failed: 0, p50Ms: undefined },
    { completed: 3, failed: 2 },
    { completed: 2, failed: 1 },
    { completed: 0, failed: 0 },
  ]);
});

test('what cannot be told apart behind a proxy is nowhere told as the upstream, or as no network', async () => {
  const at = '2026-11-21T12:00:00.000Z';
  const call = { at, status: 200, latencyMs: 100 } as const;
  const lines = [
    callLine({ ...call, request: 1, path: 'proxied', party: 'upstream_or_beyond' }),
    callLine({ ...call, request: 2, path: 'proxied', party: 'local' }),
    callLine({ ...call, request: 3, party: 'local' }),
  ];
  const { parties } = (await reportOf('proxied', lines)) ?? fail();
  expect(parties).toMatchObject([
    { party: 'local', networkMs: 0.5, upstreamMs: 99, upstreamOrBeyondMs: 99, localMs: 1 },
    { party: 'upstream_or_beyond', upstreamOrBeyondMs: 99, localMs: 0.5 },
  ]);
  expect(parties[1]).toMatchObject({ networkMs: undefined, upstreamMs: undefined });
});

test('a report knows the lives of each node', async () => {
  const event = (minute: string, eventType: string): TrailLine => ({
    timestamp: `2026-11-21T12:${minute}:00.000Z`,
    event_type: eventType,
  });
  const second = [event('05', 'system.started'), event('06', 'system.stopped')];
  writeTrail(join(folder, 'lives'), second, { epoch: '000000000002ab12' });
  const { lives } = (await reportOf('lives', [event('01', 'x'), event('02', 'x')])) ?? fail();
  expect(lives).toEqual([
    {
      node: 'netscope-0',
      epoch: '000000000001ab12',
      first: '2026-11-21T12:01:00.000Z',
      last: '2026-11-21T12:02:00.000Z',
      isStarted: false,
      isStopped: false,
    },
    {
      node: 'netscope-0',
      epoch: '000000000002ab12',
      first: '2026-11-21T12:05:00.000Z',
      last: '2026-11-21T12:06:00.000Z',
      isStarted: true,
      isStopped: true,
    },
  ]);
});

test('there is no report of nothing', async () => {
  expect(await reportOf('nothing', [])).toBeUndefined();
});

test('a report of one call, and of calls a hundred years apart, has a scale', async () => {
  const one = callLine({ at: '2026-11-21T12:00:00.000Z', request: 1, status: 200, latencyMs: 5 });
  expect((await reportOf('one', [one]))?.stretches).toHaveLength(1);
  const late = { ...one, timestamp: '2126-11-21T12:00:00.000Z' };
  expect((await reportOf('late', [one, late]))?.stretches.length).toBeLessThanOrEqual(61);
});

test('percentiles are those of the calls, within a part in a hundred', async () => {
  const lines = Array.from({ length: 5000 }, (_, index) =>
    callLine({ at: '2026-11-21T12:00:00.000Z', request: index, status: 200, latencyMs: index + 1 }),
  );
  const { latency } = (await reportOf('many', lines)) ?? fail();
  expect(Math.abs(latency.p50Ms / 2500 - 1)).toBeLessThan(0.01);
  expect(Math.abs(latency.p95Ms / 4750 - 1)).toBeLessThan(0.01);
  expect(Math.abs(latency.p99Ms / 4950 - 1)).toBeLessThan(0.01);
});

async function reportOf(
  name: string,
  lines: readonly TrailLine[],
): Promise<IncidentReport | undefined> {
  const root = join(folder, name);
  writeTrail(root, lines);
  using database = await EventDatabase.open({
    columns: EVENT_COLUMNS.filter((column) => REPORT_COLUMNS.has(column.name)),
    folder: mkdtempSync(join(folder, 'spill-')),
  });
  if (lines.length > 0) await database.fill(eventsBelow(root));
  return await readReport(database, 0, signal);
}

function eventsBelow(root: string) {
  const range = { fromMs: undefined, toMs: undefined };
  const silent = { onRefused: () => undefined, onProgress: () => undefined };
  const search = new TrailSearch(
    { range, service: undefined, filter: {} },
    { store: new DirectoryObjectStore(root), ...silent },
  );
  return search.events(signal);
}

function fail(): never {
  throw new Error('there is no report');
}
