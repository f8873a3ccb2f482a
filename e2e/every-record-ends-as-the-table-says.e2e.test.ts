import { type LedgerEntry, shareOf } from '@netscope/test-support';
import { isMissing, type StoredRecord } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { placeOf, readTrail, type StoredEvent, tally } from './support/audit-trail.ts';
import {
  type CallTotals,
  endOfCall,
  totalsOfScrape,
  totalsOfTrail,
} from './support/call-totals.ts';
import { LiveEvents } from './support/live-events.ts';
import { counterTotal, countersBy } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';
import { allCommitted } from './support/resilience.ts';

const RECORDS = 20_000;
const KEYS = 2_000;
const PARTITIONS = 12;
const TRIES_MAX = 4;
const RETRY_FOR_MS = 500;
/** So long that on a busy machine too nothing times out but what is silent. */
const READ_MS = 2500;
/** Longer than a local call takes to begin: calls of one key that overlap are seen to. */
const ANSWER_MS = 5;
/** A monotonic clock and a wall clock in whole milliseconds, read one after the other. */
const CLOCKS_MS = 3;

/** 3 % answer 503 (one in six of them for ever), 1 % time out once, 1 % are refused for good. */
const RULES = [
  { when: { share: [0, 0.005] }, answer: { kind: 'respond', status: 503 } },
  { when: { share: [0.005, 0.03], attemptMax: 2 }, answer: { kind: 'respond', status: 503 } },
  { when: { share: [0.03, 0.04], attemptMax: 1 }, answer: { kind: 'silence' } },
  { when: { share: [0.04, 0.05] }, answer: { kind: 'respond', status: 422 } },
  { answer: { kind: 'respond', status: 200, delayMs: ANSWER_MS } },
] as const;

/** What the table says must become of the records that are answered so. */
function fateOf(idempotencyKey: string): string {
  const share = shareOf(idempotencyKey);
  if (share < 0.005) return 'exhausted';
  return share >= 0.04 && share < 0.05 ? 'rejected' : 'delivered';
}

describe.skipIf(await isMissing('kafka', 'rgw'))('20,000 records', () => {
  test(
    'end exactly as the table says, and every interface tells the same',
    { timeout: 180_000 },
    async () => {
      await using pipeline = await startPipeline();
      await using gateway = await pipeline.gateway();
      using live = await LiveEvents.connect(gateway.port);
      await pipeline.kafka.produce(pipeline.topic, records(RECORDS, KEYS));
      await allCommitted(pipeline, 120_000);
      await live.quiet();
      const metrics = await gateway.getText('/metrics');
      const network = await gateway.get<NetworkAnswer>('/v1/metrics/network?window=15m');
      expect(await gateway.stop()).toBe(0);

      const ledger = await pipeline.upstream.ledger();
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
      const calls = trail.filter(({ outcome }) => outcome !== undefined);

      const ends = assertFates(ledger, { trail, letters });
      assertOrderByKey(ledger);
      assertTries(letters, calls);
      assertLedgerIsTrail(ledger, calls);

      const settled = (outcome: string): number =>
        counterTotal(metrics, 'netscope_records_total', { outcome });
      expect([settled('delivered'), settled('parked'), settled('skipped')]).toEqual([
        ends['delivered'],
        letters.length,
        0,
      ]);
      expect(countersBy(metrics, 'netscope_records_quarantined_total', ['reason'])).toEqual(
        tally(letters, ({ headers }) => headers['netscope-reason'] ?? ''),
      );

      const totals = totalsOfTrail(calls);
      expect(totals).toMatchObject({ attempts: ledger.length });
      for (const count of Object.values(totals)) expect(count).toBeGreaterThan(0);
      expect({ rest: network.data.totals }).toEqual({ rest: totals });
      expect({ prometheus: totalsOfScrape(metrics) }).toEqual({ prometheus: totals });
      expect({ live: live.totals, dropped: live.dropped }).toEqual({ live: totals, dropped: 0 });
      expect(counterTotal(metrics, 'netscope_request_duration_seconds_count')).toBe(
        totals.requests,
      );
      assertKinds(calls, metrics, live);
    },
  );
});

interface NetworkAnswer {
  readonly data: { readonly totals: CallTotals };
}

function startPipeline(): Promise<Pipeline> {
  return Pipeline.start({
    partitions: PARTITIONS,
    rules: RULES,
    config: {
      delivery: {
        tries_max: TRIES_MAX,
        retry_for_ms: RETRY_FOR_MS,
        backoff_base_ms: 100,
        backoff_cap_ms: 400,
      },
    },
    // A call may be repeated inside itself, so that there are repetitions to be counted.
    route: { idempotency: { honoured: true } },
    upstream: {
      timeouts: { connect_ms: READ_MS, read_ms: READ_MS, global_ms: 2.4 * READ_MS },
      // What is silent holds a place for all that time.
      bulkhead: { in_flight: 192 },
      connections: { max: 192 },
      // The faults here are the records' own; the circuit has a test of its own.
      circuit: { consecutive_failures: 10_000, failure_rate: 0.9, minimum_attempts: 10_000 },
    },
  });
}

/** Every record was called, and is where the table says, once, with its audit event; counts by fate. */
function assertFates(
  ledger: readonly LedgerEntry[],
  { trail, letters }: { readonly trail: readonly StoredEvent[]; readonly letters: Letters },
): Record<string, number> {
  const fates = new Map(
    ledger.map((entry) => [placeIn(entry), fateOf(entry.idempotencyKey ?? '')]),
  );
  expect(fates.size).toBe(RECORDS);
  const ends = tally([...fates.values()], String);
  for (const fate of ['delivered', 'rejected', 'exhausted']) expect(ends[fate]).toBeGreaterThan(0);

  const parked = new Map(letters.map((letter) => [placeOfLetter(letter), letter]));
  expect(parked.size).toBe(letters.length);
  expect(letters.length).toBe((ends['rejected'] ?? 0) + (ends['exhausted'] ?? 0));
  for (const [place, { headers }] of parked) {
    expect([place, headers['netscope-reason']]).toEqual([place, fates.get(place)]);
  }
  const finals = trail.filter(({ event_type }) => FINAL.has(event_type));
  expect(finals.length).toBe(RECORDS);
  const told = new Map(
    finals.map((event) => [placeOf(event), event.result?.reason ?? 'delivered']),
  );
  expect(told.size).toBe(RECORDS);
  const others = [...told].filter(([place, end]) => end !== fates.get(place));
  expect(others).toEqual([]);
  return ends;
}

type Letters = readonly StoredRecord[];

const FINAL: ReadonlySet<string> = new Set(['request.completed', 'request.quarantined']);

/** No call of a key begins before the one before it was answered, or given up by its timeout. */
function assertOrderByKey(ledger: readonly LedgerEntry[]): void {
  const byKey = Map.groupBy(ledger, ({ key, partition }) => `${partition}/${key}`);
  for (const entries of byKey.values()) {
    const offsets = entries.map(({ offset }) => offset ?? -1);
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
    for (const [index, entry] of entries.entries()) {
      const before = entries[index - 1];
      if (before !== undefined && entry.atMs < overMs(before)) {
        throw new Error(`overlap: ${JSON.stringify([before, entry])}`);
      }
    }
  }
}

/**
 * When a call is over at the earliest. Silence ends with its caller's patience, which runs from before
 * the upstream came to read the request, and of which the upstream hears by a closed socket, later.
 */
function overMs({ answer, atMs, answeredAtMs = Infinity }: LedgerEntry): number {
  return answer === 'silence' ? atMs + READ_MS / 2 : answeredAtMs;
}

/** A letter tells all its record's calls: it is exhausted by the first that is past both bounds. */
function assertTries(letters: Letters, calls: readonly StoredEvent[]): void {
  const callsByPlace = Map.groupBy(calls, placeOf);
  for (const letter of letters) {
    const place = placeOfLetter(letter);
    const own = callsByPlace.get(place) ?? [];
    const tries = Number(letter.headers['netscope-tries']);
    expect([place, own.map(({ resilience }) => resilience?.tries)]).toEqual([
      place,
      Array.from({ length: tries }, (_, index) => index + 1),
    ]);
    expect([place, amountOf(letter, own)]).toEqual([place, 'as many as the table says']);
  }
}

/** One for a refusal; else the first call past both bounds is the last, by the times of the trail. */
function amountOf({ headers }: StoredRecord, own: readonly StoredEvent[]): string {
  const isRefused = headers['netscope-reason'] === 'rejected';
  const beganMs = Date.parse(headers['netscope-first-try-at'] ?? '');
  const [lastMs = -Infinity, beforeMs = -Infinity] = own
    .map(({ timestamp }) => Date.parse(timestamp) - beganMs)
    .toReversed();
  const isPast = (tries: number, ms: number): boolean =>
    tries >= (isRefused ? 1 : TRIES_MAX) && ms >= (isRefused ? 0 : RETRY_FOR_MS);
  if (!isPast(own.length, lastMs + CLOCKS_MS)) return 'too few';
  if (isPast(own.length - 1, beforeMs - CLOCKS_MS)) return 'too many';
  return 'as many as the table says';
}

/** Each record's attempts in the trail, by what they were answered, are the upstream's own. */
function assertLedgerIsTrail(ledger: readonly LedgerEntry[], calls: readonly StoredEvent[]): void {
  const seen = tally(ledger, (entry) => `${placeIn(entry)} ${entry.status ?? 'timed_out'}`);
  const attempts = calls.flatMap((event) =>
    (event.network?.attempts ?? []).map((attempt) => ({ place: placeOf(event), ...attempt })),
  );
  const told = tally(
    attempts,
    ({ place, status_code, outcome }) => `${place} ${status_code ?? outcome}`,
  );
  expect(differences(told, seen)).toEqual([]);
}

/** What is not the same in two counts, for a message that can be read. */
function differences(
  one: Readonly<Record<string, number>>,
  other: Readonly<Record<string, number>>,
): readonly string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names]
    .filter((name) => one[name] !== other[name])
    .map((name) => `${name}: ${one[name]} and ${other[name]}`);
}

/** Errors by outcome and status, attempts by outcome, timeouts by type, ends by status and code. */
function assertKinds(calls: readonly StoredEvent[], metrics: string, live: LiveEvents): void {
  const failed = calls.filter(({ event_type }) => event_type === 'request.failed');
  const labels = ['outcome', 'status_class'];
  expect(countersBy(metrics, 'netscope_requests_total', labels)).toEqual(tally(calls, labelsOf));
  expect(countersBy(metrics, 'netscope_errors_total', labels)).toEqual(tally(failed, labelsOf));

  const attempts = calls.flatMap(({ network }) => network?.attempts ?? []);
  expect(countersBy(metrics, 'netscope_attempts_total', ['outcome'])).toEqual(
    tally(attempts, ({ outcome }) => outcome),
  );
  const timedOut = attempts.filter(({ outcome }) => outcome === 'timed_out');
  expect(countersBy(metrics, 'netscope_timeouts_total', ['timeout_type'])).toEqual(
    tally(timedOut, ({ error_code, timeout_type }) =>
      error_code === 'LOCAL_EVENT_LOOP' ? 'local_event_loop' : String(timeout_type),
    ),
  );
  expect(live.countByEnd).toEqual(
    tally(calls, ({ outcome = '', upstream, result }) =>
      endOfCall(outcome, upstream?.status_code, result?.error_code),
    ),
  );
}

function labelsOf({ outcome, upstream }: StoredEvent): string {
  const status = upstream?.status_code;
  const isAnswer = outcome === 'responded' && status !== undefined;
  return `${outcome} ${isAnswer ? `${Math.floor(status / 100)}xx` : 'none'}`;
}

function placeIn({ partition, offset }: LedgerEntry): string {
  return `${partition}/${offset}`;
}

function placeOfLetter({ headers }: StoredRecord): string {
  return `${headers['netscope-partition']}/${headers['netscope-offset']}`;
}
