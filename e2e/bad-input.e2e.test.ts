import { type GatewayProcess, type LedgerEntry, MARKER_HEADERS } from '@netscope/test-support';
import { isMissing, type StoredRecord } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail, type StoredEvent } from './support/audit-trail.ts';
import { BAD_ANSWERS, BAD_CASES, type BadCase, TRIES } from './support/bad-input-cases.ts';
import { increases } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';
import { allCommitted } from './support/resilience.ts';

/** What is compared around each case, to the unit. */
const COUNTERS = [
  'requests_total',
  'errors_total',
  'attempts_total',
  'timeouts_total',
  'retries_total',
  'throttled_total',
  'responses_truncated_total',
  'records_total',
  'records_quarantined_total',
  'records_skipped_total',
  'dead_letter_write_errors_total',
  'audit_events_total',
];

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/u;
const NOTHING = /^$/u;
const ANY_VALUE = '{"id":7}';
/** A sound record that follows each case in its partition. */
const NEXT = { key: 'next', value: '{"id":1}', headers: { case: 'next' } };

describe.skipIf(await isMissing('kafka', 'rgw'))('bad input', () => {
  test(
    'each kind has its outcome, error code, metrics, audit events and dead letter, and the partition moves on',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: 1,
        rules: BAD_ANSWERS,
        config: { delivery: { tries_max: TRIES, retry_for_ms: 0, backoff_base_ms: 20 } },
      });
      await using gateway = await startGateway(pipeline);
      for (const one of BAD_CASES) {
        expect({ case: one.name, ...(await countedOf(one, pipeline, gateway)) }).toEqual({
          case: one.name,
          ...expectedCounts(one, pipeline.topic),
        });
      }
      expect(await gateway.stop()).toBe(0);

      const ledger = await pipeline.upstream.ledger();
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
      const parked = BAD_CASES.filter(({ ends }) => ends !== 'delivered');
      expect(letters.map(({ key }) => String(key))).toEqual(parked.map(({ name }) => name));
      for (const [index, one] of BAD_CASES.entries()) {
        const offset = String(2 * index);
        const events = trail.filter(({ source }) => source?.offset === offset);
        const letter = letters.find(({ key }) => String(key) === one.name);
        assertEvents(one, events, letter?.offset);
        assertCalls(one, events, ledger);
        if (letter !== undefined) assertLetter(one, letter, { events, topic: pipeline.topic });
      }
      // A redirect is never followed.
      expect(ledger.map(({ path }) => path)).not.toContain('/elsewhere');
    },
  );
});

function startGateway(pipeline: Pipeline): Promise<GatewayProcess> {
  const { origin } = pipeline.upstream;
  // The faults here are the records' own; the circuit has a test of its own.
  const circuit = { consecutive_failures: 10_000, minimum_attempts: 10_000 };
  const patient = { connect_ms: 1000, read_ms: 10_000, global_ms: 12_000 };
  const named = BAD_CASES.filter(({ route }) => route !== null);
  const routes = [...named, { name: 'next', route: {} }].map(({ name, route }) => ({
    name,
    topics: [pipeline.topic],
    match: { headers: { case: name } },
    upstream: 'partner',
    request: { method: 'POST', path: `/${name}`, headers: MARKER_HEADERS, body_bytes_max: 1000 },
    ...route,
  }));
  return pipeline.gateway(undefined, {
    routes,
    upstreams: {
      partner: { origin, circuit, timeouts: patient },
      hasty: { origin, circuit, timeouts: { ...patient, read_ms: 400 } },
    },
  });
}

/** Produces a case and the one that follows it, waits until both are committed, and says what that counted. */
async function countedOf(
  { name, value = ANY_VALUE, headers }: BadCase,
  pipeline: Pipeline,
  gateway: GatewayProcess,
): Promise<Record<string, number>> {
  const before = await gateway.getText('/metrics');
  const bad = { key: name, value, headers: { case: name, ...headers } };
  await pipeline.kafka.produce(pipeline.topic, [bad, NEXT]);
  await allCommitted(pipeline);
  return increases(before, await gateway.getText('/metrics'), COUNTERS);
}

/** The case's own series, and those of the one that follows it. */
function expectedCounts(one: BadCase, topic: string): Record<string, number> {
  const { name, call, ends } = one;
  const counts: Record<string, number> = {};
  const count = (series: string, by = 1): void => {
    counts[series] = (counts[series] ?? 0) + by;
  };
  const called = (group: string, { upstream, outcome, statusClass, times }: Called): void => {
    const labels = `outcome="${outcome}",route_group="${group}",status_class="${statusClass}",upstream="${upstream}"`;
    count(`requests_total{${labels}}`, times);
    if (statusClass !== '2xx') count(`errors_total{${labels}}`, times);
    count(`attempts_total{outcome="${outcome}",upstream="${upstream}"}`, times);
  };
  const isParked = ends !== 'delivered';
  const times = callsOf(one);
  if (call !== undefined) {
    called(name, { ...call, times, upstream: upstreamOf(one) });
    if (call.alsoCounts !== undefined) count(call.alsoCounts, times);
    const eventType = isParked ? 'request.failed' : 'request.completed';
    count(`audit_events_total{event_type="${eventType}"}`, times);
  }
  count(`records_total{outcome="${isParked ? 'parked' : 'delivered'}",topic="${topic}"}`);
  if (isParked) {
    count(`records_quarantined_total{reason="${ends}",topic="${topic}"}`);
    count('audit_events_total{event_type="request.quarantined"}');
  }
  called('next', { upstream: 'partner', outcome: 'responded', statusClass: '2xx', times: 1 });
  count(`records_total{outcome="delivered",topic="${topic}"}`);
  count('audit_events_total{event_type="request.completed"}');
  return counts;
}

interface Called {
  readonly upstream: string;
  readonly outcome: string;
  readonly statusClass: string;
  readonly times: number;
}

/** Only what may get better is called again. */
function callsOf({ call, ends }: BadCase): number {
  if (call === undefined) return 0;
  return ends === 'exhausted' ? TRIES : 1;
}

function assertEvents(one: BadCase, events: readonly StoredEvent[], letterAt?: number): void {
  const { name, call, ends, code, message } = one;
  const calls = Array.from({ length: callsOf(one) }, (_, index) => ({
    event_type: ends === 'delivered' ? 'request.completed' : 'request.failed',
    route: name,
    outcome: call?.outcome,
    resilience: { tries: index + 1, attempts: 1, retry_count: 0 },
    ...(call?.status === undefined ? {} : { upstream: { status_code: call.status } }),
    ...(call?.outcome === 'responded' ? {} : { result: { error_code: code } }),
    ...(name === 'huge' ? { response: { truncated: true } } : {}),
  }));
  const parked = {
    event_type: 'request.quarantined',
    result: {
      reason: ends,
      tries: callsOf(one),
      error_code: code,
      error_message: expect.stringMatching(message ?? NOTHING),
      dead_letter: { partition: 0, offset: String(letterAt) },
    },
  };
  expect({ name, events }).toMatchObject({
    name,
    events: ends === 'delivered' ? calls : [...calls, parked],
  });
}

/** The upstream's own ledger has the same calls, each with the record's one key. */
function assertCalls(
  one: BadCase,
  events: readonly StoredEvent[],
  ledger: readonly LedgerEntry[],
): void {
  const arrivals = ledger.filter(({ key }) => key === one.name);
  const keys = arrivals.map(({ idempotencyKey }) => idempotencyKey);
  expect({ name: one.name, calls: arrivals.length }).toEqual({
    name: one.name,
    calls: callsOf(one),
  });
  expect(new Set([...keys, ...events.map((event) => event.idempotency_key)]).size).toBe(1);
}

/** Every header that there is: those that came in, and ours, each with the value that it has. */
function assertLetter(
  one: BadCase,
  letter: StoredRecord,
  { events, topic }: { readonly events: readonly StoredEvent[]; readonly topic: string },
): void {
  const { name, value = ANY_VALUE, headers = {} } = one;
  const { traceparent: _, 'netscope-idempotency-key': givenKey, ...others } = headers;
  const kept = Object.entries(others).filter(([header]) => !header.startsWith('netscope-'));
  const { source, idempotency_key: key, request_id: requestId } = events.at(-1) ?? {};
  expect({ name, value: letter.value }).toEqual({
    name,
    value: value === null ? null : Buffer.from(value),
  });
  expect({ name, ...letter.headers }).toEqual({
    name,
    case: name,
    ...Object.fromEntries(kept),
    ...whyOf(one),
    'netscope-topic': topic,
    'netscope-partition': '0',
    'netscope-offset': source?.offset,
    'netscope-first-try-at': firstTryOf(one, letter, events),
    'netscope-idempotency-key': givenKey ?? key,
    'netscope-request-id': requestId,
    traceparent: expect.stringMatching(traceOf(one, events)),
  });
}

/** What the letter says of how it came about; undefined where there may be no such header. */
function whyOf(one: BadCase): Record<string, unknown> {
  const { name, route, call, ends, code, message } = one;
  return {
    'netscope-reason': ends,
    'netscope-route': route === null ? undefined : name,
    'netscope-upstream': route === null ? undefined : upstreamOf(one),
    'netscope-tries': String(callsOf(one)),
    'netscope-status': call?.status?.toString(),
    'netscope-error-code': code,
    'netscope-error-message': expect.stringMatching(message ?? NOTHING),
  };
}

/** As it stands there, if it can be the time of the first call; a record without one has none. */
function firstTryOf(
  { call }: BadCase,
  { headers }: StoredRecord,
  [first]: readonly StoredEvent[],
): string | undefined {
  if (call === undefined) return undefined;
  const told = headers['netscope-first-try-at'];
  const times = [first?.source?.timestamp, told, first?.timestamp].map(String);
  const isSound = times.every((time) => ISO.test(time)) && times.join() === times.toSorted().join();
  return isSound ? told : `a time that is second in ${times.join()}`;
}

/** The trace that came in, or the one that the record's events have. */
function traceOf({ headers }: BadCase, [first]: readonly StoredEvent[]): RegExp {
  const traceId = headers?.['traceparent']?.slice(3, 35) ?? first?.trace_id;
  return new RegExp(`^00-${traceId}-[0-9a-f]{16}-0[01]$`, 'u');
}

function upstreamOf({ name }: Pick<BadCase, 'name'>): string {
  return name === 'silent' ? 'hasty' : 'partner';
}
