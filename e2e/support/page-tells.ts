import { type GatewayProcess, waitUntil } from '@netscope/test-support';

import { numbersIn, type Page, type Place, type Shown, shownAt } from './page.ts';

interface Calls {
  readonly requests_per_sec: number;
  readonly requests: number;
  readonly errors: number;
  readonly error_rate: number;
  readonly latency_ms: {
    readonly p50: number | null;
    readonly p95: number | null;
    readonly p99: number | null;
  };
}

interface Metrics extends Calls {
  readonly totals: { readonly requests: number };
  readonly inflight_requests: number;
  readonly queue_depth: number;
  readonly source: { readonly lag_records: number | null; readonly lag_seconds: number | null };
  readonly records: {
    readonly in_flight: number;
    readonly in_flight_max: number;
    readonly waiting: number;
    readonly waiting_bytes: number;
    readonly waiting_bytes_max: number;
    readonly oldest_waiting_ms: number;
    readonly delivered: number;
    readonly parked: number;
    readonly skipped: number;
  };
  readonly upstreams: Readonly<Record<string, Calls>>;
  readonly verdict_shares: Readonly<Record<'network' | 'upstream' | 'local', number>>;
}

interface Resilience {
  readonly upstreams: Readonly<
    Record<
      string,
      {
        readonly circuit: { readonly window_failures: number; readonly window_attempts: number };
        readonly budget: { readonly left: number };
        readonly bulkhead: {
          readonly in_flight: number;
          readonly in_flight_max: number;
          readonly queue_depth: number;
        };
      }
    >
  >;
}

interface Partitions {
  readonly partitions: readonly {
    readonly lag_records: number | null;
    readonly lag_seconds: number | null;
    readonly waiting: number;
    readonly in_flight: number;
  }[];
}

interface Audit {
  readonly state: string;
  readonly spool_depth: number;
  readonly backlog_bytes: number;
  readonly spool_bytes: number;
  readonly spool_bytes_max: number;
  readonly objects_shipped: number;
  readonly flush_lag_seconds: number;
}

const AGE_SLACK_MS = 250;

/** What REST tells of the numbers that the page shows. */
export interface RestTold {
  readonly metrics: Metrics;
  readonly resilience: Resilience;
  readonly partitions: Partitions;
  readonly audit: Audit;
}

/** Asks all four endpoints; the window is the one that the page begins with. */
export async function tellRest(gateway: GatewayProcess): Promise<RestTold> {
  const [metrics, resilience, partitions, audit] = await Promise.all([
    gateway.get<{ readonly data: Metrics }>('/v1/metrics/network?window=1m'),
    gateway.get<{ readonly data: Resilience }>('/v1/resilience/state'),
    gateway.get<{ readonly data: Partitions }>('/v1/partitions'),
    gateway.get<{ readonly data: Audit }>('/v1/audit/status'),
  ]);
  return {
    metrics: metrics.data,
    resilience: resilience.data,
    partitions: partitions.data,
    audit: audit.data,
  };
}

/**
 * Waits until every number has stood on the page as REST told it right after, to the last digit
 * shown. Each need not do so at the same moment: the page asks every two seconds, and ages move.
 * @throws {Error} with what does not.
 */
export async function untilPageTells(page: Page, gateway: GatewayProcess): Promise<void> {
  let left = PLACES;
  let faults: readonly string[] = [];
  const settled = async (): Promise<boolean> => {
    const texts = await shownAt(
      page,
      left.map(([place]) => place),
    );
    const told = await tellRest(gateway);
    const looks = left.map((entry, index) => ({ entry, text: texts[index] ?? '', told }));
    const wrong = looks.filter((look) => !isTold(look));
    faults = wrong.map(({ entry: [place, meant], text }) => {
      return `${place.join(' ')} shows "${text}", REST says ${JSON.stringify(meant(told))}`;
    });
    left = wrong.map(({ entry }) => entry);
    return left.length === 0;
  };
  try {
    await waitUntil(settled, { what: 'the page to tell what REST tells', timeoutMs: 60_000 });
  } catch (error) {
    throw new Error(`the page is not right:\n${faults.join('\n')}`, { cause: error });
  }
}

/** An age moves on between two questions, by more than the last digit of its milliseconds. */
type Meant = number | { readonly ageMs: number };

type Entry = readonly [place: Place, meant: (told: RestTold) => readonly Meant[]];

interface Look {
  readonly entry: Entry;
  readonly text: string;
  readonly told: RestTold;
}

function isTold({ entry: [, meant], text, told }: Look): boolean {
  const shown = numbersIn(text);
  const numbers = meant(told);
  return (
    shown.length === numbers.length &&
    shown.every((one, index) => agrees(one, numbers[index] ?? Number.NaN))
  );
}

function agrees({ value, step }: Shown, meant: Meant): boolean {
  if (typeof meant === 'number') return Math.abs(value - meant) < step;
  return Math.abs(value - meant.ageMs) < Math.max(step, AGE_SLACK_MS);
}

const PARTNER = '[data-upstream="partner"]';

/** Every number of the page that REST has too, beside what it should be. */
const PLACES: readonly Entry[] = [
  [['#figures', 'Calls'], ({ metrics: m }) => [m.requests_per_sec, m.totals.requests]],
  [['#figures', 'Not delivered'], ({ metrics: m }) => [m.error_rate, m.errors, m.requests]],
  [['#figures', 'Latency p95'], ({ metrics: { latency_ms: ms } }) => known(ms.p95, ms.p50, ms.p99)],
  [['#figures', 'In flight'], ({ metrics: m }) => [m.inflight_requests, ...queued(m)]],
  [['#figures', 'Consumer lag'], ({ metrics: { source } }) => lagOf(source)],
  [['#figures', 'Consumer lag'], ({ partitions }) => lagOf(sumOf(partitions))],
  [['#figures', 'Audit backlog'], ({ audit: a }) => [...backlogOf(a), a.flush_lag_seconds * 1000]],
  [[PARTNER, 'In flight'], (told) => inFlightOf(partner(told).bulkhead)],
  [[PARTNER, 'Failures'], (told) => failuresOf(partner(told).circuit)],
  [[PARTNER, 'Waiting'], (told) => [partner(told).bulkhead.queue_depth]],
  [[PARTNER, 'Calls'], (told) => [callsOf(told).requests_per_sec]],
  [[PARTNER, 'Not delivered'], (told) => [callsOf(told).error_rate]],
  [[PARTNER, 'p95'], (told) => known(callsOf(told).latency_ms.p95)],
  [[PARTNER, 'Retries left'], (told) => [Math.floor(partner(told).budget.left)]],
  [['#records', 'Source'], ({ partitions }) => [partitions.partitions.length]],
  [['#records', 'Consumer lag'], ({ metrics: { source } }) => lagOf(source)],
  [['#records', 'In flight'], ({ metrics }) => inFlightOf(metrics.records)],
  [
    ['#records', 'In flight'],
    (told) => inFlightOf({ ...told.metrics.records, ...sumOf(told.partitions) }),
  ],
  [['#records', 'Waiting'], ({ metrics: { records: r } }) => waitingOf(r, r.waiting)],
  [
    ['#records', 'Waiting'],
    (told) => waitingOf(told.metrics.records, sumOf(told.partitions).waiting),
  ],
  [['#records', 'Delivered'], ({ metrics: { records: r } }) => [r.delivered]],
  [['#records', 'Parked'], ({ metrics: { records: r } }) => [r.parked]],
  [['#records', 'Skipped'], ({ metrics: { records: r } }) => [r.skipped]],
  [['#audit', 'Backlog'], ({ audit }) => backlogOf(audit)],
  [['#audit', 'Spool'], ({ audit }) => [audit.spool_bytes, audit.spool_bytes_max]],
  [['#audit', 'Objects shipped'], ({ audit }) => [audit.objects_shipped]],
  [['#verdicts', 'network'], ({ metrics: { verdict_shares: v } }) => someShare(v.network)],
  [['#verdicts', 'upstream'], ({ metrics: { verdict_shares: v } }) => someShare(v.upstream)],
  [['#verdicts', 'NetScope itself'], ({ metrics: { verdict_shares: v } }) => someShare(v.local)],
];

type Records = Metrics['records'];
type Lag = Metrics['source'];

/** What is not known is shown as a dash, or not at all. */
function known(...numbers: readonly (number | null)[]): readonly number[] {
  return numbers.filter((number) => number !== null);
}

/** A party that held nothing up is not shown. */
function someShare(share: number): readonly number[] {
  return share > 0 ? [share] : [];
}

function queued({ queue_depth: queue, records }: Metrics): readonly Meant[] {
  const { oldest_waiting_ms: oldestMs } = records;
  return oldestMs > 0 ? [queue, { ageMs: oldestMs }] : [queue];
}

function lagOf({ lag_records: lag, lag_seconds: seconds }: Lag): readonly number[] {
  return known(lag, seconds === null ? null : seconds * 1000);
}

function sumOf({ partitions }: Partitions): Lag & { waiting: number; in_flight: number } {
  const sum = (pick: (one: Partitions['partitions'][number]) => number | null): number =>
    partitions.reduce((total, one) => total + (pick(one) ?? 0), 0);
  return {
    lag_records: sum(({ lag_records: lag }) => lag),
    lag_seconds: Math.max(0, ...partitions.map(({ lag_seconds: seconds }) => seconds ?? 0)),
    waiting: sum(({ waiting }) => waiting),
    in_flight: sum(({ in_flight: inFlight }) => inFlight),
  };
}

function inFlightOf(limited: Pick<Records, 'in_flight' | 'in_flight_max'>): readonly number[] {
  return [limited.in_flight, limited.in_flight_max];
}

function failuresOf(circuit: Resilience['upstreams'][string]['circuit']): readonly number[] {
  return [circuit.window_failures, circuit.window_attempts];
}

function waitingOf(records: Records, waiting: number): readonly number[] {
  return [waiting, records.waiting_bytes, records.waiting_bytes_max];
}

function backlogOf(audit: Audit): readonly number[] {
  return [audit.spool_depth, audit.backlog_bytes];
}

function partner({ resilience }: RestTold): Resilience['upstreams'][string] {
  const told = resilience.upstreams['partner'];
  if (told === undefined) throw new Error('no upstream is called partner');
  return told;
}

function callsOf({ metrics }: RestTold): Calls {
  const told = metrics.upstreams['partner'];
  if (told === undefined) throw new Error('no upstream is called partner');
  return told;
}
