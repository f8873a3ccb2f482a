import { describe, expect, it } from 'vitest';

import { load } from './load.ts';

const TEXT = `
upstreams:
  one: { origin: https://one.example/ }
  two:
    origin: http://127.0.0.1:8081
    timeouts: { connect_ms: 1, read_ms: 2, global_ms: 3 }
    rate_limit: { per_second: 2.5, burst: 10, mode: observe }
routes:
  - name: first
    group: g
    topics: [a, b]
    match:
      headers: { x-kind: [one, 2], order_id: x }
      value: { order_id: 7, a.b_c: [true, null] }
    upstream: one
    request:
      method: PATCH
      path: /x/{key}
      query: { page: 1, all: true }
      headers: { x-a: 1 }
      forward_headers: [x-b]
      body: none
      body_bytes_max: 1KiB
    null_value: send_empty
    success: [200, 204]
    transient: ["503", 4xx]
    idempotency: { honoured: true, from: value.order_id, format: quoted }
    order: partition
  - { name: second, topics: [c], action: skip }
`;

describe('definitions', () => {
  const { config } = load(TEXT);

  it('keep the names of what is the user’s own', () => {
    expect(config.routes[0]?.match).toEqual({
      headers: { 'x-kind': ['one', '2'], order_id: ['x'] },
      value: { order_id: [7], 'a.b_c': [true, null] },
    });
  });

  it('hold a route as it was written', () => {
    expect(config.routes[0]).toMatchObject({
      name: 'first',
      group: 'g',
      topics: ['a', 'b'],
      action: 'send',
      upstream: 'one',
      request: {
        method: 'PATCH',
        path: '/x/{key}',
        query: { page: '1', all: 'true' },
        headers: { 'x-a': '1' },
        forwardHeaders: ['x-b'],
        body: 'none',
        bodyBytesMax: 1024,
      },
      nullValue: 'send_empty',
      success: [200, 204],
      transient: [503, '4xx'],
      idempotency: {
        honoured: true,
        header: 'Idempotency-Key',
        from: 'value.order_id',
        format: 'quoted',
      },
      order: 'partition',
    });
  });

  it('keep numbers as they were written where text is meant', () => {
    const written = '{ a: 1.0, b: 007, c: 2.50, d: 1e3, e: 0x1F, f: 12345678901234567890, g: "1" }';
    const read = { a: '1.0', b: '007', c: '2.50', d: '1e3', e: '0x1F', f: '12345678901234567890' };
    const request = `request: { path: /v1, headers: ${written}, query: ${written} }`;
    const match = 'match: { headers: { v: 1.0, w: [007, true] }, value: { n: 1.0 } }';
    const route = load(`
upstreams: { p: { origin: http://p } }
routes: [ { name: r, topics: [t], upstream: p, ${match}, ${request} } ]`).config.routes[0];
    expect(route?.request).toMatchObject({ headers: read, query: { ...read, g: '1' } });
    expect(route?.match).toEqual({
      headers: { v: ['1.0'], w: ['007', 'true'] },
      value: { n: [1] },
    });
  });

  it('name a group after its route where it has none', () => {
    expect(config.routes[1]).toMatchObject({ name: 'second', group: 'second', action: 'skip' });
  });

  it('hold upstreams in their order, an origin without its slash', () => {
    expect(config.upstreams.map(({ name, origin }) => [name, origin])).toEqual([
      ['one', 'https://one.example'],
      ['two', 'http://127.0.0.1:8081'],
    ]);
    expect(config.upstreams[1]).toMatchObject({
      timeouts: { connectMs: 1, readMs: 2, globalMs: 3 },
      rateLimit: { perSecond: 2.5, burst: 10, mode: 'observe' },
      bulkhead: { inFlight: 64, queue: 2048, queueAgeMaxMs: 1000, adaptive: false },
    });
  });

  it('keep their routes in the order of the file', () => {
    expect(config.routes.map((route) => route.name)).toEqual(['first', 'second']);
  });
});
