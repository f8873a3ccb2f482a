import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readRefusal, TestApi } from './test-api.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('the envelope', () => {
  it('carries the caller’s ids where they can be used', async () => {
    const reply = await api.get('/livez', {
      'x-request-id': 'mine-1',
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    });
    expect(reply.headers).toMatchObject({ 'x-request-id': 'mine-1', 'x-trace-id': TRACE });
  });

  it.each([
    ['x-request-id', 'a b'],
    ['x-request-id', 'x'.repeat(129)],
    ['traceparent', 'garbage'],
    ['traceparent', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['traceparent', `ff-${TRACE}-00f067aa0ba902b7-01`],
    ['traceparent', `00-${TRACE}-0000000000000000-01`],
  ])('ignores %s: %s', async (name, value) => {
    const reply = await api.get('/livez', { [name]: value });
    expect(reply.statusCode).toBe(200);
    expect(reply.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(reply.headers['x-trace-id']).toMatch(/^(?!0{32})(?!4bf92f)[0-9a-f]{32}$/);
  });

  it.each([
    '/nothing',
    '/v1',
    '/v1/hosts',
    '/v1/nothing',
    '/v1/calls/a/b',
    '/%zz',
    '/%E0%A4%A',
    '/v1/calls/%zz',
    '/%00',
    '/v1//calls',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2fpackage.json',
    `/v1/calls/${'x'.repeat(300)}`,
  ])('has NOT_FOUND or a refusal for %s', async (url) => {
    const error = await api.errorOf(url);
    expect(error.status).toBe(404);
    expect(error.headers['x-content-type-options'] ?? 'nosniff').toBe('nosniff');
    expect(error.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(error.headers['x-trace-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says which methods a path takes', async () => {
    const reply = await api.inject({
      method: 'POST',
      url: '/v1/calls',
      headers: { host: 'localhost' },
    });
    expect(reply.statusCode).toBe(404);
    expect(reply.headers['allow']).toBe('GET, HEAD');
    expect(readRefusal(reply).details).toEqual({
      allowed_methods: ['GET', 'HEAD'],
    });
  });

  it.each(['/v1/calls/x', '/v1/calls/%zz', `/v1/calls/${'x'.repeat(600)}`])(
    'looks the call of %s up, however it is called',
    async (url) => {
      const error = await api.errorOf(url);
      expect(error).toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(/^no call with/),
      });
      expect(error.headers['allow']).toBeUndefined();
    },
  );

  it.each(['application/json', 'text/plain', undefined])(
    'has 413 for a large body of %s',
    async (type) => {
      const reply = await api.inject({
        method: 'POST',
        url: '/v1/calls',
        headers: { host: 'localhost', ...(type === undefined ? {} : { 'content-type': type }) },
        payload: 'x'.repeat(70_000),
      });
      expect(reply.statusCode).toBe(413);
      expect(readRefusal(reply).code).toBe('PAYLOAD_TOO_LARGE');
    },
  );

  it('does not stumble over a malformed body', async () => {
    const reply = await api.inject({
      method: 'POST',
      url: '/nothing',
      headers: { host: 'localhost', 'content-type': 'application/json' },
      payload: '{"__proto__":',
    });
    expect(readRefusal(reply).code).toBe('NOT_FOUND');
  });

  it('hides the cause of a defect and logs it', async () => {
    await api.start(
      {},
      {
        auditStatus: () => {
          throw new Error('a secret of the inside');
        },
      },
    );
    const error = await api.errorOf('/v1/audit/status');
    expect(error).toMatchObject({ status: 500, code: 'INTERNAL_ERROR' });
    expect(JSON.stringify(error)).not.toContain('secret');
    expect(api.world.log.count('api.request_failed')).toBe(1);
  });
});

describe('Host and Origin', () => {
  it.each([
    'localhost',
    'localhost:8080',
    '127.0.0.1:8080',
    '127.9.9.9',
    '[::1]:8080',
    'LOCALHOST',
    'a.localhost',
  ])('Host %s is answered', async (host) => {
    expect((await api.get('/livez', { host })).statusCode).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:8080',
    '10.0.0.1',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
  ])('Host "%s" is forbidden on every path', async (host) => {
    const paths = ['/v1/health/live', '/v1/resilience/state', '/metrics', '/', '/nothing', '/%zz'];
    for (const url of paths) {
      expect(await api.errorOf(url, { host })).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });

  it('a Host named in http.hosts is answered', async () => {
    await api.start({ hosts: ['NetScope.internal'] });
    expect((await api.get('/livez', { host: 'netscope.internal:8080' })).statusCode).toBe(200);
    expect((await api.get('/livez', { host: 'other.internal' })).statusCode).toBe(403);
  });

  it('an Origin is answered only where it is our own, or none', async () => {
    const host = 'localhost:8080';
    expect((await api.get('/livez', { host, origin: 'http://localhost:8080' })).statusCode).toBe(
      200,
    );
    for (const origin of ['http://evil.example', 'http://localhost:9090', 'null', 'nonsense']) {
      expect(await api.errorOf('/livez', { host, origin })).toMatchObject({ status: 403 });
    }
  });
});

describe('the rate limit', () => {
  it('is 429 with Retry-After past so many requests a second', async () => {
    await api.start({ rateLimitPerSecond: 3 });
    for (let request = 0; request < 3; request += 1) await api.get('/v1/audit/status');
    const error = await api.errorOf('/v1/audit/status');
    expect(error).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(error.headers['retry-after']).toBe('1');
  });

  it.each(['/nothing', '/%zz'])('holds for %s, which is not there', async (url) => {
    await api.start({ rateLimitPerSecond: 2 });
    const statuses = [];
    for (let request = 0; request < 4; request += 1) statuses.push((await api.get(url)).statusCode);
    expect(statuses).toEqual([404, 404, 429, 429]);
  });

  it('does not hold for probes and scrapes', async () => {
    await api.start({ rateLimitPerSecond: 2 });
    for (let request = 0; request < 10; request += 1) {
      expect((await api.get('/livez')).statusCode).toBe(200);
      expect((await api.get('/v1/health/ready')).statusCode).toBe(200);
      expect((await api.get('/metrics')).statusCode).toBe(200);
    }
  });

  it('is for each address of IPv6, too, and the same however that is written', async () => {
    const from = (client: string) => ({ 'x-forwarded-for': client });
    await api.start({ rateLimitPerSecond: 1, trustedProxies: ['127.0.0.0/8'] });
    const statuses = [];
    for (const client of ['2001:db8::1', '2001:db8::2', '2001:db8:0::1', '::ffff:198.51.100.1']) {
      statuses.push((await api.get('/v1/audit/status', from(client))).statusCode);
    }
    expect(statuses).toEqual([200, 200, 429, 200]);
    expect((await api.get('/v1/audit/status', from('198.51.100.1'))).statusCode).toBe(429);
  });

  it('believes X-Forwarded-For only from a trusted proxy', async () => {
    const from = (client: string) => ({ 'x-forwarded-for': client });
    await api.start({ rateLimitPerSecond: 1 });
    await api.get('/v1/audit/status', from('198.51.100.1'));
    expect((await api.get('/v1/audit/status', from('198.51.100.2'))).statusCode).toBe(429);
    await api.start({ rateLimitPerSecond: 1, trustedProxies: ['127.0.0.0/8'] });
    await api.get('/v1/audit/status', from('198.51.100.1'));
    expect((await api.get('/v1/audit/status', from('198.51.100.2'))).statusCode).toBe(200);
    expect((await api.get('/v1/audit/status', from('198.51.100.2'))).statusCode).toBe(429);
  });
});
