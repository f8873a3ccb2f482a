import { MARKER_HEADERS, waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { describe, expect, test } from 'vitest';

import { readTrail, type StoredEvent } from './support/audit-trail.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';

interface BadCase {
  readonly name: string;
  readonly value?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly route?: object;
  /** What must become of it: `delivered`, or the reason it is parked for. */
  readonly ends: string;
  /** The outcome of its one call; absent where none is made. */
  readonly outcome?: string;
  readonly errorCode?: string;
}

const needsId = { request: { method: 'POST', path: '/{value.id}', headers: MARKER_HEADERS } };
const HUGE_BYTES = 100_000_000;

const CASES: readonly BadCase[] = [
  { name: 'not-json', value: '{"id":', route: needsId, ends: 'malformed' },
  { name: 'deep', value: '['.repeat(50_000), route: needsId, ends: 'malformed' },
  { name: 'proto', value: '{"__proto__":{"id":1}}', route: needsId, ends: 'malformed' },
  { name: 'no-value', value: '{"other":1}', route: needsId, ends: 'malformed' },
  { name: 'framed', value: '\u0000\u0000\u0000\u0000\u0001x', route: needsId, ends: 'undecodable' },
  { name: 'too-large', value: 'x'.repeat(2000), ends: 'too_large' },
  {
    name: 'newline',
    headers: { note: 'a\r\nevil: 1' },
    route: { request: { method: 'POST', path: '/ok', headers: { note: '{header.note}' } } },
    ends: 'malformed',
  },
  { name: 'tombstone', value: null, ends: 'malformed' },
  { name: 'empty', value: '', ends: 'malformed' },
  { name: 'unrouted', ends: 'no_route' },
  { name: 'huge', ends: 'delivered', outcome: 'responded' },
  { name: 'no-body', ends: 'delivered', outcome: 'responded' },
  { name: 'redirect', ends: 'rejected', outcome: 'responded' },
  { name: 'broken-chunk', ends: 'exhausted', outcome: 'failed' },
  {
    name: 'early-close',
    ends: 'exhausted',
    outcome: 'failed',
    errorCode: 'UPSTREAM_CONNECTION_BROKEN',
  },
  { name: 'silent', ends: 'exhausted', outcome: 'timed_out', errorCode: 'UPSTREAM_TIMEOUT' },
  { name: 'reset', ends: 'exhausted', outcome: 'failed', errorCode: 'UPSTREAM_CONNECTION_BROKEN' },
];

const RULES = [
  {
    when: { pathStartsWith: '/huge' },
    answer: { kind: 'huge_body', status: 200, bytes: HUGE_BYTES },
  },
  { when: { pathStartsWith: '/no-body' }, answer: { kind: 'respond', status: 204 } },
  {
    when: { pathStartsWith: '/redirect' },
    answer: { kind: 'respond', status: 302, headers: { location: '/elsewhere' } },
  },
  { when: { pathStartsWith: '/broken-chunk' }, answer: { kind: 'broken_chunk', status: 200 } },
  {
    when: { pathStartsWith: '/early-close' },
    answer: { kind: 'early_close', status: 200, bytes: 500 },
  },
  { when: { pathStartsWith: '/silent' }, answer: { kind: 'silence' } },
  { when: { pathStartsWith: '/reset' }, answer: { kind: 'reset' } },
] as const;

describe.skipIf(await isMissing('kafka', 'rgw'))('bad input', () => {
  test(
    'each kind has its outcome, metric and audit event, and the partition moves on',
    { timeout: 120_000 },
    async () => {
      await using pipeline = await Pipeline.start({
        partitions: 1,
        rules: RULES,
        config: { delivery: { tries_max: 1, retry_for_ms: 0 } },
        upstream: {
          timeouts: { connect_ms: 1000, read_ms: 5000, global_ms: 6000 },
          circuit: { consecutive_failures: 100 },
        },
      });
      const routes = CASES.filter(({ name }) => name !== 'unrouted').map(({ name, route }) => ({
        name,
        topics: [pipeline.topic],
        match: { headers: { case: name } },
        upstream: 'partner',
        request: {
          method: 'POST',
          path: `/${name}`,
          headers: MARKER_HEADERS,
          body_bytes_max: 1000,
        },
        ...route,
      }));
      await using gateway = await pipeline.gateway(undefined, { routes });
      for (const { name, value, headers } of CASES) {
        await pipeline.kafka.produce(pipeline.topic, [
          {
            key: name,
            value: value === undefined ? '{"id":7}' : value,
            headers: { case: name, ...headers },
          },
        ]);
      }
      await waitUntil(
        async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0,
        {
          what: 'the partition to move past every case',
          timeoutMs: 60_000,
        },
      );
      const metrics = await gateway.getText('/metrics');
      expect(await gateway.stop()).toBe(0);

      const letters = await pipeline.kafka.fetchAll(pipeline.deadLetterTopic);
      const reasonByName = new Map(
        letters.map(({ key, headers }) => [String(key), headers['netscope-reason']]),
      );
      const trail = await readTrail(pipeline.rgw, pipeline.bucket);
      for (const [offset, one] of CASES.entries()) {
        const events = trail.filter(({ source }) => source?.offset === String(offset));
        expect([one.name, reasonByName.get(one.name) ?? 'delivered']).toEqual([one.name, one.ends]);
        assertEvents(one, events);
      }
      const parked = CASES.filter(({ ends }) => ends !== 'delivered').map(({ ends }) => ends);
      for (const reason of new Set(parked)) {
        expect(counterTotal(metrics, 'netscope_records_quarantined_total', { reason })).toBe(
          parked.filter((one) => one === reason).length,
        );
      }
      expect(counterTotal(metrics, 'netscope_responses_truncated_total')).toBe(1);
      expect(counterTotal(metrics, 'netscope_timeouts_total', { timeout_type: 'read' })).toBe(1);
      // A redirect is never followed.
      const paths = (await pipeline.upstream.ledger()).map(({ path }) => path);
      expect(paths).not.toContain('/elsewhere');
    },
  );
});

function assertEvents(one: BadCase, events: readonly StoredEvent[]): void {
  const { name, outcome, errorCode } = one;
  const [first] = events;
  expect({ name, types: events.map(({ event_type }) => event_type) }).toEqual({
    name,
    types: expectedTypes(one),
  });
  expect(first).toMatchObject({
    ...(outcome === undefined ? {} : { outcome }),
    ...(errorCode === undefined ? {} : { result: { error_code: errorCode } }),
  });
  const reason = one.ends === 'delivered' ? undefined : one.ends;
  expect(events.at(-1)?.result?.reason).toBe(reason);
}

function expectedTypes({ ends, outcome }: BadCase): readonly string[] {
  if (ends === 'delivered') return ['request.completed'];
  return outcome === undefined
    ? ['request.quarantined']
    : ['request.failed', 'request.quarantined'];
}
