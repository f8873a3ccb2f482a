import { type AuditEvent, type AuditExcerpt, EXCERPT_BYTES_MAX } from '@netscope/domain';
import { describe, expect, test } from 'vitest';

import { KeptResponse, RouteExcerpts } from '../../src/excerpt/route-excerpts.ts';
import { broken, harness, responded } from '../support/harness.ts';
import { record, route } from '../support/route.ts';

const auditExcerpt = { paths: [['id'], ['state']], headers: ['x-tenant', 'x-cost'] };
const excerpts = new RouteExcerpts(auditExcerpt);
const text = (excerpt: AuditExcerpt | undefined): string | undefined =>
  excerpt?.json && Buffer.from(excerpt.json).toString();

/** Body and headers of the request, body and headers of the response. */
function shownBy(event: AuditEvent | undefined): readonly (string | undefined)[] {
  if (event?.kind !== 'call') throw new Error('no call was told');
  const { request, response } = event.excerpts ?? {};
  return [request?.body, request?.headers, response?.body, response?.headers].map(text);
}

describe('headers', () => {
  const of = (...headers: readonly string[]) => excerpts.ofRequest({ headers, body: undefined });

  test('are shown by the names that are allowed, in one text each', () => {
    const { headers } = of('x-tenant', 'north "1"', 'x-secret', 's', 'x-tenant', 'south');
    expect(text(headers)).toBe(String.raw`{"x-tenant":"north \"1\", south"}`);
    expect(of('x-secret', 'x-tenant').headers).toEqual({
      json: undefined,
      omitted: 0,
      unread: undefined,
    });
  });

  test('are shown as far as there is room, and the rest is counted', () => {
    const { headers } = of('x-tenant', 'é'.repeat(EXCERPT_BYTES_MAX.headers), 'x-cost', '1');
    expect(text(headers)).toBe('{"x-cost":"1"}');
    expect(headers.omitted).toBe(1);
    const most = EXCERPT_BYTES_MAX.headers - '{"x-cost":""}'.length;
    expect(of('x-cost', 'x'.repeat(most)).headers.json).toHaveLength(EXCERPT_BYTES_MAX.headers);
    expect(of('x-cost', 'x'.repeat(most + 1)).headers.omitted).toBe(1);
  });

  test('of a response may be lists, and are no names of a prototype', () => {
    const kept = new KeptResponse();
    kept.begin({ 'x-tenant': ['a', 'b'], 'x-cost': undefined });
    const odd = new RouteExcerpts({ paths: [], headers: ['x-tenant', 'constructor', '__proto__'] });
    const request = { headers: [], body: undefined };
    const shown = odd.ofCall(request, responded(200), kept).response;
    expect(text(shown?.headers)).toBe('{"x-tenant":"a, b"}');
  });
});

describe('a response', () => {
  const request = { headers: [], body: undefined };

  test('is read as one, in whatever pieces it came, and the last attempt alone', () => {
    const kept = new KeptResponse();
    kept.begin({ 'x-cost': '1' });
    kept.add(Buffer.from('{"id":"first"}'));
    kept.begin({});
    for (const piece of ['{"id":"sec', 'ond","name":"Ada', '"}']) kept.add(Buffer.from(piece));
    const { response } = excerpts.ofCall(request, responded(200), kept);
    expect(text(response?.body)).toBe('{"id":"second"}');
    expect(response?.headers.json).toBeUndefined();
  });

  test('is kept byte for byte to the bound, in pieces of any length, and nothing is past it', () => {
    const body = Buffer.alloc(EXCERPT_BYTES_MAX.read, '0123456789');
    for (const length of [1, 7, 1000, 40_000, body.length]) {
      const kept = new KeptResponse();
      const pieces = Buffer.from(body);
      kept.begin({});
      for (let at = 0; at < pieces.length; at += length) kept.add(pieces.subarray(at, at + length));
      expect(body.equals(kept.bytes() ?? Buffer.alloc(0))).toBe(true);
      // What was kept of several pieces is a copy, and none of them was written to.
      expect(pieces.equals(body)).toBe(true);
      kept.add(Buffer.from('x'));
      expect(kept.bytes()).toBeUndefined();
    }
  });

  test('that is cut, or larger than is read, shows nothing of its body and says so', () => {
    const kept = new KeptResponse();
    kept.begin({});
    kept.add(Buffer.from('{"id":1}'));
    const cut = { ...responded(200), truncated: true };
    expect(excerpts.ofCall(request, cut, kept).response?.body.unread).toBe('too_large');
    kept.add(Buffer.alloc(EXCERPT_BYTES_MAX.read, ' '));
    kept.add(Buffer.from('{"id":1}'));
    expect(kept.bytes()).toBeUndefined();
    expect(excerpts.ofCall(request, responded(200), kept).response?.body.unread).toBe('too_large');
  });

  test('that never came is not told, though an earlier attempt had one', () => {
    const kept = new KeptResponse();
    kept.begin({ 'x-cost': '1' });
    kept.add(Buffer.from('{"id":1}'));
    expect(excerpts.ofCall(request, broken(), kept).response).toBeUndefined();
  });
});

describe('a call of a route that shows some of it', () => {
  const value = '{"id":7,"name":"Ada Lovelace"}';

  test('is told to the audit trail with that, and to nobody else', async () => {
    const { engine, gateway, audit, events, lease } = harness({
      routes: [
        route({ auditExcerpt, request: { ...route().request, forwardHeaders: ['x-tenant'] } }),
      ],
    });
    engine.accept([record({ value, headers: { 'x-tenant': 'north' } })], lease);
    const tap = gateway.made[0]?.request.tap;
    tap?.begin({ 'x-cost': '12' });
    tap?.add(Buffer.from('{"state":"taken","card":"4111"}'));
    await gateway.open[0]?.answer(responded(200));
    expect(shownBy(audit.events[0])).toEqual([
      '{"id":7}',
      '{"x-tenant":"north"}',
      '{"state":"taken"}',
      '{"x-cost":"12"}',
    ]);
    expect(JSON.stringify(events)).not.toMatch(/north|taken|"7"|x-cost/);
    expect(lease.acknowledged).toEqual([0]);
  });

  test('shows the request of each call, those that fail too', async () => {
    const { engine, gateway, audit, clock, lease } = harness({ routes: [route({ auditExcerpt })] });
    engine.accept([record({ value })], lease);
    await gateway.open[0]?.answer(broken());
    clock.advance(60_000);
    await gateway.open[0]?.answer(responded(200));
    expect(audit.events.map(shownBy)).toEqual([
      ['{"id":7}', undefined, undefined, undefined],
      ['{"id":7}', undefined, undefined, undefined],
    ]);
    expect(audit.events.map((event) => event.kind === 'call' && event.excerpts?.response)).toEqual([
      undefined,
      expect.anything(),
    ]);
  });

  test('keeps no response where the route shows nothing', () => {
    const { engine, gateway, lease } = harness();
    engine.accept([record({ value })], lease);
    expect(gateway.made[0]?.request.tap).toBeUndefined();
  });
});
