import type { EventDatabase } from '@netscope/audit-ceph/query';
import { timestampMs } from '@netscope/audit-ceph/reader';

import { textOf } from '../audit/event-text.ts';
import type { IncidentReport, Part, Stretch } from './incident-report.ts';
import { REPORT_QUERIES, stretchQuery } from './report-queries.ts';

/** As many as a chart shows apart. */
const STRETCHES_MAX = 60;
const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const STRETCHES_MS = [
  ...[1, 2, 5, 10, 30].map((many) => many * SECOND),
  ...[1, 2, 5, 10, 30].map((many) => many * MINUTE),
  ...[1, 2, 6, 12].map((many) => many * HOUR),
  ...[1, 7, 30].map((many) => many * DAY),
];

type Row = readonly unknown[];
type Rows = (sql: string) => Promise<readonly Row[]>;

/** Sums up the events of a database; `undefined` where it has none. @throws {SqlError} */
export async function readReport(
  database: EventDatabase,
  refused: number,
  signal: AbortSignal,
): Promise<IncidentReport | undefined> {
  const rows: Rows = async (sql) => {
    const batches = await Array.fromAsync(database.rows(sql, signal));
    return batches.flatMap((batch) => batch.rows);
  };
  const [totals = []] = await rows(REPORT_QUERIES.totals);
  if (count(totals[0]) === 0) return undefined;
  const [first, last] = [textOf(totals[1]), textOf(totals[2])];
  const [fromMs, toMs] = [timestampMs(first) ?? 0, timestampMs(last) ?? 0];
  const stretchMs = stretchOf(toMs - fromMs);
  const found = await rows(stretchQuery(stretchMs));
  return {
    first,
    last,
    refused,
    events: count(totals[0]),
    calls: count(totals[3]),
    failed: count(totals[4]),
    retries: count(totals[5]),
    timeouts: count(totals[6]),
    latency: { p50Ms: ms(totals[7]), p95Ms: ms(totals[8]), p99Ms: ms(totals[9]) },
    stretchMs,
    stretches: stretchesOf(found, { fromMs, toMs, stretchMs }),
    ...(await failuresOf(rows)),
    ...(await historyOf(rows)),
  };
}

async function failuresOf(rows: Rows) {
  const parked = part(await rows(REPORT_QUERIES.parked), ([reason, records]) => ({
    reason: textOf(reason),
    records: count(records),
  }));
  const causes = part(await rows(REPORT_QUERIES.causes), (row) => ({
    cause: textOf(row[0]),
    upstream: textOf(row[1]),
    calls: count(row[2]),
    first: textOf(row[3]),
    last: textOf(row[4]),
  }));
  const upstreams = part(await rows(REPORT_QUERIES.upstreams), (row) => ({
    upstream: textOf(row[0]),
    calls: count(row[1]),
    failed: count(row[2]),
    timeouts: count(row[3]),
    retries: count(row[4]),
    p50Ms: ms(row[5]),
    p99Ms: ms(row[7]),
    mainCause: textOf(row[8]),
  }));
  return { parked, causes, upstreams };
}

async function historyOf(rows: Rows) {
  const parties = (await rows(REPORT_QUERIES.parties)).map((row) => ({
    party: textOf(row[0]),
    calls: count(row[1]),
    p50Ms: ms(row[2]),
    p95Ms: ms(row[3]),
    p99Ms: ms(row[4]),
    maxMs: ms(row[5]),
    networkMs: measured(row[6]),
    upstreamMs: measured(row[7]),
    upstreamOrBeyondMs: measured(row[8]),
    localMs: measured(row[9]),
  }));
  const circuits = part(await rows(REPORT_QUERIES.circuits), (row) => {
    const [at = '', upstream = '', node = '', from = '', to = '', reason = '', epoch = ''] =
      row.map(textOf);
    return { at, upstream, node, epoch, from, to, reason };
  });
  const lives = (await rows(REPORT_QUERIES.lives)).map((row) => {
    const [node = '', epoch = '', first = '', last = ''] = row.map(textOf);
    return { node, epoch, first, last, isStarted: row[4] === true, isStopped: row[5] === true };
  });
  const slowest = (await rows(REPORT_QUERIES.slowest)).map((row) => {
    const [at = '', upstream = '', route = '', , outcome = '', party = '', requestId = ''] =
      row.map(textOf);
    return { at, upstream, route, latencyMs: ms(row[3]), outcome, party, requestId };
  });
  const happenings = part(await rows(REPORT_QUERIES.happenings), (row) => {
    const [at = '', node = '', eventType = '', facts = ''] = row.map(textOf);
    return { at, node, eventType, facts };
  });
  return { parties, circuits, lives, slowest, happenings };
}

/** Each row of a list has the list's whole length at its end. */
function part<T>(rows: readonly Row[], item: (row: Row) => T): Part<T> {
  return { items: rows.map((row) => item(row)), total: count(rows[0]?.at(-1)) };
}

function stretchOf(spanMs: number): number {
  const least = spanMs / (STRETCHES_MAX - 1);
  return STRETCHES_MS.find((width) => width >= least) ?? Math.ceil(least / DAY) * DAY;
}

/** With those in which nothing was called. */
function stretchesOf(
  found: readonly Row[],
  span: { readonly fromMs: number; readonly toMs: number; readonly stretchMs: number },
): readonly Stretch[] {
  const { fromMs, toMs, stretchMs } = span;
  const byStart = new Map(found.map((row) => [count(row[0]), row]));
  const startMs = Math.floor(fromMs / stretchMs) * stretchMs;
  const length = Math.floor((toMs - startMs) / stretchMs) + 1;
  return Array.from({ length }, (_, index) => {
    const atMs = startMs + index * stretchMs;
    const [, completed, failed, p50, p99] = byStart.get(atMs) ?? [];
    return {
      startMs: atMs,
      completed: count(completed),
      failed: count(failed),
      p50Ms: typeof p50 === 'number' ? p50 : undefined,
      p99Ms: typeof p99 === 'number' ? p99 : undefined,
    };
  });
}

function count(value: unknown): number {
  return Number(value ?? 0);
}

/** `undefined` for what no call had. */
function measured(value: unknown): number | undefined {
  return value === null || value === undefined ? undefined : ms(value);
}

function ms(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}
