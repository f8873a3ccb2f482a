import { RouteTable } from '@netscope/delivery';
import type { KeyedHash, RouteDefinition, SourceRecord } from '@netscope/domain';
import { SeededRandom } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { Delivery } from '../src/delivery.ts';
import { LeaseState } from '../src/lease-state.ts';
import { RecordView } from '../src/record-view.ts';
import { prepareCall } from '../src/request-factory.ts';
import { RecordingLease } from './support/harness.ts';
import { record, route } from './support/route.ts';

function prepare(one: SourceRecord, changes: Partial<RouteDefinition> = {}, keyedHash?: KeyedHash) {
  const compiled = RouteTable.compile([route(changes)]);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  const disposition = compiled.table.dispose(new RecordView(one));
  if (disposition.kind !== 'send') throw new Error(JSON.stringify(disposition));
  const lease = new LeaseState(new RecordingLease());
  const delivery = new Delivery({ record: one, lease, disposition, nowMs: 0 });
  return prepareCall(delivery, disposition.route, {
    random: new SeededRandom(1),
    source: { kind: 'kafka', group: 'g', cluster: () => 'c' },
    keyedHash,
  });
}

function headerOf(one: ReturnType<typeof prepare>, name: string): string | undefined {
  const at = one.request.headers.findIndex((entry, index) => index % 2 === 0 && entry === name);
  return at < 0 ? undefined : one.request.headers[at + 1];
}

const request = route().request;

/** Marks what it hashed, so that a plain hash is seen. */
const marked = (mark: string): KeyedHash => {
  const of = (content: Uint8Array | string): string => `${mark}:${Buffer.from(content).toString()}`;
  return { keyId: mark, of, begin: () => ({ update: () => undefined, digest: () => mark }) };
};

describe('a route that tells nothing of bodies', () => {
  test('says so of its calls, and derives the same key', () => {
    const one = record({ value: 'v' });
    const silent = prepare(one, { auditBodies: 'none' });
    expect(silent.auditBodies).toBe('none');
    expect(prepare(one).auditBodies).toBeUndefined();
    expect(silent.context.idempotencyKey).toBe(prepare(one).context.idempotencyKey);
  });
});

describe('a keyed hash', () => {
  test('digests key, target and body of a call', () => {
    const one = prepare(record({ key: 'k', value: 'v' }), {}, marked('a'));
    expect(one.context.source.keySha256).toBe('a:k');
    expect(one.targetSha256).toBe(`a:${one.request.target}`);
    expect(one.bodySha256).toBe('a:v');
  });

  test('goes into the derived key, which so tells nothing of the value to who lacks it', () => {
    const keys = [undefined, marked('a'), marked('a'), marked('b')].map(
      (keyed) => prepare(record({ key: 'k', value: 'v' }), {}, keyed).context.idempotencyKey,
    );
    expect(new Set(keys).size).toBe(3);
    expect(keys[1]).toBe(keys[2]);
  });
});

describe('templates', () => {
  test('fill path, query and headers, each encoded for its place', () => {
    const one = prepare(record({ value: '{"a":{"b":"x/y z"}}', headers: { tenant: 'blue' } }), {
      request: {
        ...request,
        path: '/v1/{value.a.b}/{partition}-{offset}',
        query: { t: '{header.tenant}&{topic}', fixed: 'a b' },
        headers: { 'X-Key': 'k={key}; at={timestamp}' },
      },
    });
    expect(one.request.target).toBe('/v1/x%2Fy%20z/0-0?t=blue%26orders&fixed=a%20b');
    expect(headerOf(one, 'x-key')).toBe('k=k; at=1771578000000');
    expect(one.request.pathTemplate).toBe('/v1/{value.a.b}/{partition}-{offset}');
  });

  test.each([
    { name: 'a missing value', path: '/{value.nope}', says: '{value.nope} finds no value' },
    { name: 'an object', path: '/{value.o}', says: '{value.o} finds no value' },
    { name: 'null', path: '/{value.n}', says: '{value.n} finds no value' },
    { name: 'a list', path: '/{value.l}', says: '{value.l} finds no value' },
    {
      name: 'the length of a list',
      path: '/{value.l.length}',
      says: '{value.l.length} finds no value',
    },
    { name: 'a missing header', path: '/{header.nope}', says: '{header.nope} finds no value' },
    { name: 'an empty segment', path: '/{value.e}', says: 'cannot stand in a path' },
    { name: 'a step up the tree', path: '/a/{value.up}/b', says: 'cannot stand in a path' },
  ])('$name makes the record malformed and is named', ({ path, says }) => {
    const value = '{"o":{},"n":null,"e":"","up":"..","l":[1]}';
    expect(() => prepare(record({ value }), { request: { ...request, path } })).toThrow(says);
  });

  test.each([
    ['/a b/日本/{key}', '/a%20b/%E6%97%A5%E6%9C%AC/k'],
    ['/50%/{key}#x', '/50%25/k%23x'],
    ['/%41;v=1/{key}?a=b&c={key}', '/%41;v=1/k?a=b&c=k'],
    ['/a b', '/a%20b'],
  ])('what a path cannot hold is encoded where it stands in the template: %s', (path, target) => {
    expect(prepare(record({ key: 'k' }), { request: { ...request, path } }).request.target).toBe(
      target,
    );
  });

  test('a value of a query is one value, whatever its template holds', () => {
    const query = { 'a b': 'x&y={key}', c: '{{x}}' };
    const one = prepare(record({ key: 'k y' }), { request: { ...request, path: '/', query } });
    expect(one.request.target).toBe('/?a%20b=x%26y%3Dk%20y&c=%7Bx%7D');
  });

  test.each([
    '12345678901234567890',
    '-12345678901234567.5',
    '1e400',
    '1.50',
    '1.0',
    '1E2',
    '0.0000001',
    '0.1000000000000000055511151231257827',
    '7',
    '-0.25',
    '-0',
  ])('a number keeps its digits: %s', (number) => {
    const path = '/{value.a}/{value.b.0}';
    const value = `{"a":${number},"b":[ ${number}]}`;
    const one = prepare(record({ value }), { request: { ...request, path } });
    expect(one.request.target).toBe(`/${number}/${number}`);
  });

  test('a header value with a line break makes the record malformed', () => {
    const changes = { request: { ...request, headers: { x: '{value.h}' } } };
    expect(() => prepare(record({ value: '{"h":"a\\r\\nEvil: 1"}' }), changes)).toThrow(
      /line break/,
    );
  });
});

describe('headers', () => {
  test('forward_headers passes on what the record has, and never our own', () => {
    const headers = { 'x-tenant': 'blue', 'netscope-reason': 'old', other: 'no' };
    const one = prepare(record({ headers }), {
      request: { ...request, forwardHeaders: ['X-Tenant', 'netscope-reason', 'absent'] },
    });
    expect(headerOf(one, 'x-tenant')).toBe('blue');
    expect(headerOf(one, 'netscope-reason')).toBeUndefined();
    expect(headerOf(one, 'other')).toBeUndefined();
  });

  test('the type that a record brings is that of the call, where the route passes it on', () => {
    const headers = { 'Content-Type': 'application/xml' };
    const forwardHeaders = ['content-type'];
    const own = { ...request.headers, 'content-type': 'text/plain' };
    const typeOf = (changes: Partial<typeof request>): unknown =>
      prepare(record({ headers }), { request: { ...request, ...changes } }).request.contentType;
    expect(typeOf({ forwardHeaders })).toBe('application/xml');
    expect(typeOf({ forwardHeaders, headers: own })).toBe('text/plain');
    expect(typeOf({})).toBeUndefined();
  });

  test('forward_headers passes on each of a name, and no second idempotency key', () => {
    const one = record({ headers: { 'x-tenant': 'blue', 'idempotency-key': 'theirs' } });
    const headers = [...one.headers, { name: 'X-Tenant', value: Buffer.from('red') }];
    const changes = { request: { ...request, forwardHeaders: ['x-tenant', 'idempotency-key'] } };
    const { headers: sent } = prepare({ ...one, headers }, changes).request;
    expect(sent.filter((_, index) => sent[index - 1] === 'x-tenant')).toEqual(['blue', 'red']);
    expect(sent.filter((entry) => entry === 'idempotency-key')).toHaveLength(1);
    expect(sent).not.toContain('theirs');
  });

  test('the trace context goes on with a span of its own', () => {
    const traceparent = `00-${'b'.repeat(32)}-${'c'.repeat(16)}-00`;
    const one = prepare(record({ headers: { traceparent, tracestate: 'a=1' } }));
    expect(headerOf(one, 'traceparent')).toMatch(/^00-b{32}-(?!c{16})[0-9a-f]{16}-00$/);
    expect(headerOf(one, 'tracestate')).toBe('a=1');
  });

  test.each([
    'garbage',
    `00-${'0'.repeat(32)}-${'c'.repeat(16)}-01`,
    `ff-${'b'.repeat(32)}-${'c'.repeat(16)}-01`,
  ])('an unsound traceparent (%s) is replaced', (traceparent) => {
    const one = prepare(record({ headers: { traceparent } }));
    expect(one.context.traceId).toMatch(/^(?!0{32}|b{32})[0-9a-f]{32}$/);
  });
});

describe('the idempotency key', () => {
  const keyOf = (one: SourceRecord, changes: Partial<RouteDefinition> = {}) =>
    headerOf(prepare(one, changes), 'idempotency-key');

  test('is derived, stable, and another for another record', () => {
    expect(keyOf(record())).toMatch(/^[0-9a-f]{64}$/);
    expect(keyOf(record())).toBe(keyOf(record()));
    const others = [
      record({ offset: 1 }),
      record({ key: 'other' }),
      record({ key: null }),
      record({ value: 'other' }),
      { ...record(), timestampMs: 1 },
      { ...record(), partition: 1 },
    ];
    expect(new Set([record(), ...others].map((one) => keyOf(one))).size).toBe(others.length + 1);
  });

  test('comes from the configured place', () => {
    const idempotency = {
      honoured: true,
      header: 'X-Once',
      from: 'value.id',
      format: 'quoted',
    } as const;
    const one = prepare(record(), { idempotency });
    expect(headerOf(one, 'x-once')).toBe('"7"');
    expect(one.request.repeatable).toBe(true);
  });

  test('is escaped where it is quoted', () => {
    const idempotency = { ...route().idempotency, from: 'value.id', format: 'quoted' } as const;
    const one = record({ value: JSON.stringify({ id: String.raw`a"b\c` }) });
    expect(keyOf(one, { idempotency })).toBe(String.raw`"a\"b\\c"`);
  });

  test('that a redriven record brings goes before the configured place', () => {
    const idempotency = { ...route().idempotency, from: 'value.id' };
    const redriven = record({ headers: { 'netscope-idempotency-key': 'first-life' } });
    expect(keyOf(redriven, { idempotency })).toBe('first-life');
  });

  test.each(['header.x-id', 'value.none', 'value.nothing'])(
    'is derived where the record has nothing at the configured place: %s',
    (from) => {
      const one = record({ value: '{"id":7,"nothing":null}' });
      expect(keyOf(one, { idempotency: { ...route().idempotency, from } })).toBe(keyOf(one));
    },
  );

  test('is never empty: an empty one that is brought counts as none, an empty place as a fault', () => {
    const brings = record({ headers: { 'netscope-idempotency-key': '', 'x-id': '' } });
    expect(keyOf(brings)).toBe(keyOf(record()));
    const idempotency = { ...route().idempotency, from: 'header.x-id' };
    expect(() => keyOf(brings, { idempotency })).toThrow('idempotency.from: the value is empty');
  });
});

test('a POST is repeatable only where the key is honoured, a PUT always', () => {
  expect(prepare(record()).request.repeatable).toBe(false);
  expect(prepare(record(), { request: { ...request, method: 'PUT' } }).request.repeatable).toBe(
    true,
  );
});

test('send_empty sends an empty body for a tombstone, body: none sends none', () => {
  expect(prepare(record({ value: null }), { nullValue: 'send_empty' }).request.body).toHaveLength(
    0,
  );
  expect(prepare(record(), { request: { ...request, body: 'none' } }).request.body).toBeUndefined();
});

describe('bounds', () => {
  test('a kept key past 1024 characters makes the record malformed, one of 1024 does not', () => {
    const bring = (chars: number) =>
      prepare(record({ headers: { 'netscope-idempotency-key': 'k'.repeat(chars) } }));
    expect(bring(1024).context.idempotencyKey).toHaveLength(1024);
    expect(() => bring(1025)).toThrow(/more than 1024/);
  });

  test('a key taken from the record is held to the same bound', () => {
    const changes = {
      request: { ...request, bodyBytesMax: 4096 },
      idempotency: { ...route().idempotency, from: 'value.id' },
    };
    const bring = (chars: number) =>
      prepare(record({ value: JSON.stringify({ id: 'k'.repeat(chars) }) }), changes);
    expect(bring(1024).context.idempotencyKey).toHaveLength(1024);
    expect(() => bring(1025)).toThrow(/more than 1024/);
  });

  test('a header value past 16384 characters makes the record malformed', () => {
    const changes = {
      request: { ...request, bodyBytesMax: 32_768, headers: { 'content-type': '{value.t}' } },
    };
    const bring = (chars: number) =>
      prepare(record({ value: JSON.stringify({ t: 'a'.repeat(chars) }) }), changes);
    expect(bring(16_384).request.contentType).toHaveLength(16_384);
    expect(() => bring(16_385)).toThrow(/more than 16384/);
  });

  test.each(['a=1\r\nx: y', 'a=\u017c', ''])(
    'a tracestate that no header may hold, %j, is dropped',
    (tracestate) => {
      const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
      const one = prepare(record({ headers: { traceparent, tracestate } }));
      expect(one.context).toMatchObject({ tracestate: undefined });
      expect(headerOf(one, 'tracestate')).toBeUndefined();
    },
  );

  test('a tracestate past 512 characters is dropped and the trace is kept', () => {
    const traceId = 'a'.repeat(32);
    const bring = (chars: number) =>
      prepare(
        record({
          headers: {
            traceparent: `00-${traceId}-${'b'.repeat(16)}-01`,
            tracestate: 's'.repeat(chars),
          },
        }),
      );
    expect(bring(512).context.tracestate).toHaveLength(512);
    expect(bring(513).context).toMatchObject({ traceId, tracestate: undefined });
  });
});
