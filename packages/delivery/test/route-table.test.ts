import { RouteTable } from '@netscope/delivery';
import { describe, expect, test } from 'vitest';

import { RecordView } from '../src/record-view.ts';
import { record, route } from './support/route.ts';

function tableOf(...routes: Parameters<typeof RouteTable.compile>[0]): RouteTable {
  const compiled = RouteTable.compile(routes);
  if ('faults' in compiled) throw new Error(JSON.stringify(compiled.faults));
  return compiled.table;
}

function dispose(table: RouteTable, one: ReturnType<typeof record>) {
  return table.dispose(new RecordView(one));
}

describe('matching', () => {
  test('the first route that matches wins', () => {
    const table = tableOf(route({ name: 'first' }), route({ name: 'second' }));
    expect(dispose(table, record()).route?.definition.name).toBe('first');
  });

  test('a header matches one of a list, by a name in any case', () => {
    const table = tableOf(
      route({ match: { headers: { kind: ['order', 'refund'] }, value: {} } }),
      route({ name: 'rest' }),
    );
    const refund = dispose(table, record({ headers: { Kind: 'refund' } }));
    expect(refund.route?.definition.name).toBe('partner-send');
    expect(dispose(table, record({ headers: { kind: 'x' } })).route?.definition.name).toBe('rest');
    expect(dispose(table, record()).route?.definition.name).toBe('rest');
  });

  test('a dotted path matches a value of the same type', () => {
    const table = tableOf(route({ match: { headers: {}, value: { 'a.b': [1, true] } } }));
    expect(dispose(table, record({ value: '{"a":{"b":1}}' })).kind).toBe('send');
    expect(dispose(table, record({ value: '{"a":{"b":"1"}}' }))).toMatchObject({
      reason: 'no_route',
    });
  });

  test('all conditions must hold', () => {
    const table = tableOf(route({ match: { headers: { kind: ['a'] }, value: { id: [7] } } }));
    expect(dispose(table, record())).toMatchObject({ reason: 'no_route' });
    expect(dispose(table, record({ headers: { kind: 'a' } })).kind).toBe('send');
  });

  test('what the prototype has is no value', () => {
    const table = tableOf(route({ match: { headers: {}, value: { '__proto__.x': [1] } } }));
    const evil = record({ value: '{"__proto__":{"x":1},"constructor":1}' });
    expect(dispose(table, evil).kind).toBe('send');
    expect(dispose(table, record({ value: '{}' }))).toMatchObject({ reason: 'no_route' });
  });

  test('a value is not parsed where no route asks for it', () => {
    expect(dispose(tableOf(route()), record({ value: 'not json' })).kind).toBe('send');
  });

  test.each([
    { value: 'not json', reason: 'malformed', says: 'not JSON' },
    { value: new Uint8Array([0xff, 0xfe]), reason: 'malformed', says: 'not UTF-8' },
    { value: new Uint8Array([0, 0, 0, 0, 1, 2]), reason: 'undecodable', says: 'schema registry' },
    { value: '['.repeat(129) + ']'.repeat(129), reason: 'malformed', says: 'nested deeper' },
    { value: '['.repeat(100_000), reason: 'malformed', says: 'nested deeper' },
  ])('a value that must be read and says $says parks as $reason', ({ value, reason, says }) => {
    const table = tableOf(route({ match: { headers: {}, value: { id: [7] } } }));
    const disposition = dispose(table, record({ value }));
    expect(disposition).toMatchObject({ kind: 'park', reason });
    expect(disposition.kind === 'park' ? disposition.error.message : '').toContain(says);
  });
});

describe('null_value', () => {
  test.each([
    { nullValue: 'park', expected: { kind: 'park', reason: 'malformed' } },
    { nullValue: 'skip', expected: { kind: 'skip', reason: 'null_value' } },
    { nullValue: 'send_empty', expected: { kind: 'send' } },
  ] as const)('$nullValue', ({ nullValue, expected }) => {
    const table = tableOf(route({ nullValue }));
    expect(dispose(table, record({ value: null }))).toMatchObject(expected);
  });
});

describe('a route that cannot be', () => {
  test('names every fault with its place', () => {
    const compiled = RouteTable.compile([
      route({
        request: { ...route().request, path: 'v1/{nope}', headers: { Host: 'x' } },
        idempotency: { ...route().idempotency, from: 'body.id' },
      }),
    ]);
    const faults = 'faults' in compiled ? compiled.faults : [];
    expect(faults.map(({ place }) => place)).toEqual([
      'request.path',
      'idempotency.from',
      'request.path',
      'request.headers.host',
    ]);
    expect(faults[0]?.message).toContain('unknown placeholder {nope}');
  });
});
