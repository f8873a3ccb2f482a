import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ConfigError, type OperatorControl, type SeekAnswer } from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { errorSchema } from '../src/contract.ts';
import { RunningServer } from './running-server.ts';

/** More is a large body. */
const BODY_BYTES_MAX = 65_536;

const FORBIDDEN = { status: '403', code: 'FORBIDDEN' };

function upgradeOf(path: string, host: string): string {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`;
}

function refusalIn(answer: string): { readonly status: string; readonly code: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n', 2);
  const { error } = errorSchema.parse(JSON.parse(body));
  return { status: head.split(' ', 2)[1] ?? '', code: error.code };
}

/** What an action needs besides a reason. */
function bodyOf(path: string): object {
  return path.endsWith('/seek') ? { offset: 'earliest' } : {};
}

describe('a listening server', () => {
  it('binds both ports, with /metrics on its own alone', async () => {
    await using server = await new RunningServer({ metricsPort: 0 }).start();
    expect((await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${server.metricsPort}/v1/calls`)).status).toBe(404);
    expect((await fetch(`http://127.0.0.1:${server.port}/metrics`)).status).toBe(404);
  });

  it.each([
    '/v1/resilience/partner/isolate',
    '/v1/resilience/topics/netscope.ingress/pause',
    '/v1/resilience/routes/partner-send/resume',
    '/v1/partitions/orders/0/seek',
  ])('answers 413 to a POST of %s with a large body, and does nothing', async (path) => {
    await using server = await new RunningServer().start();
    const done = (): number => server.world.commands.length + server.world.seeks.length;
    const post = async (padding: string): Promise<Response> => {
      const body = JSON.stringify({ ...bodyOf(path), reason: 'why' }) + padding;
      return fetch(`http://127.0.0.1:${server.port}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    };
    // Sound JSON but for its size: to its last byte, it would be done.
    const large = await post(' '.repeat(BODY_BYTES_MAX));
    expect(large.status).toBe(413);
    const { error, meta } = errorSchema.parse(await large.json());
    expect(error).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', message: 'the body is too large' });
    expect(meta.trace_id).toBe(large.headers.get('x-trace-id'));
    expect(done()).toBe(0);

    expect((await post('')).status).toBe(200);
    expect(done()).toBe(1);
  });

  it('answers 413 to a large body that does not say how long it is', async () => {
    await using server = await new RunningServer().start();
    const chunk = `8000\r\n${' '.repeat(0x80_00)}\r\n`;
    const head =
      'POST /v1/partitions/orders/0/seek HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(refusalIn(await server.raw(`${head}${chunk.repeat(3)}0\r\n\r\n`))).toEqual({
      status: '413',
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  it('answers 503 where an action takes longer than a request may, and is not hurt by its end', async () => {
    const late = Promise.withResolvers<SeekAnswer>();
    const operator: OperatorControl = {
      act: async () => ({ kind: 'unknown', known: [] }),
      seek: async () => late.promise,
    };
    await using server = await new RunningServer({ requestTimeoutMs: 300 }, { operator }).start();
    const reply = await fetch(`http://127.0.0.1:${server.port}/v1/partitions/orders/0/seek`, {
      method: 'POST',
      body: '{"offset":"earliest"}',
    });
    expect(reply.status).toBe(503);
    const { error } = errorSchema.parse(await reply.json());
    expect(error.code).toBe('DEPENDENCY_UNAVAILABLE');
    expect(error.message).toContain('300 ms');
    late.resolve({ kind: 'done', from: 8, offset: 0, audited: true });
    expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200);
  });

  it('says which key is at fault where a port is taken', async () => {
    await using first = await new RunningServer().start();
    const second = new RunningServer({ port: first.port });
    await expect(second.start()).rejects.toThrow(ConfigError);
    await expect(second.start()).rejects.toThrow('http.port');
  });

  it.each([
    {
      name: 'an empty Host',
      head: 'GET /livez HTTP/1.1\r\nHost:\r\nConnection: close',
      refused: FORBIDDEN,
    },
    { name: 'no Host', head: 'GET /livez HTTP/1.0', refused: FORBIDDEN },
    {
      name: 'no Host where HTTP wants one',
      head: 'GET /livez HTTP/1.1\r\nConnection: close',
      refused: FORBIDDEN,
    },
    {
      name: 'a head of 20 KB',
      head: `GET /livez HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(20_000)}`,
      refused: { status: '413', code: 'PAYLOAD_TOO_LARGE' },
    },
    {
      name: 'what is not HTTP',
      head: 'hello',
      refused: { status: '400', code: 'INVALID_QUERY_PARAM' },
    },
  ])('answers $name in the envelope', async ({ head, refused }) => {
    await using server = await new RunningServer().start();
    expect(refusalIn(await server.raw(`${head}\r\n\r\n`))).toEqual(refused);
  });

  it.each(['websocket', 'h2c'])(
    'answers as ever where an upgrade to %s is not meant',
    async (to) => {
      await using server = await new RunningServer().start();
      const head = `GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: ${to}`;
      expect(await server.raw(`${head}\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  it('answers 404 to an opening of the live feed on the port of /metrics', async () => {
    await using server = await new RunningServer({ metricsPort: 0 }).start();
    const opening = upgradeOf('/v1/ws/events', 'localhost');
    const asked = opening.replace('Connection: Upgrade', 'Connection: Upgrade, close');
    expect(refusalIn(await server.raw(asked, server.metricsPort))).toEqual({
      status: '404',
      code: 'NOT_FOUND',
    });
  });

  it('closes the socket of an upgrade that it refuses', async () => {
    await using server = await new RunningServer().start();
    for (const path of ['/v1/ws/events?severity=X', '/v1/ws/events']) {
      const host = path === '/v1/ws/events' ? 'evil.example' : 'localhost';
      const answer = await server.raw(upgradeOf(path, host));
      expect([path, answer.slice(0, 12)]).not.toEqual([path, 'HTTP/1.1 101']);
    }
  });

  it('answers 503 to a body that does not come in time', async () => {
    await using server = await new RunningServer({ requestTimeoutMs: 150 }).start();
    const head =
      'POST /v1/calls HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 10\r\n\r\nabc';
    expect(refusalIn(await server.raw(head))).toEqual({
      status: '503',
      code: 'DEPENDENCY_UNAVAILABLE',
    });
  });

  it('answers 503 where the answer itself does not come in time', async () => {
    const stuck = new RunningServer();
    const metrics = Object.assign(stuck.world.metrics, {
      scrape: async () => new Promise<never>(() => undefined),
    });
    await using server = await new RunningServer({ requestTimeoutMs: 150 }, { metrics }).start();
    const reply = await fetch(`http://127.0.0.1:${server.port}/metrics`);
    expect(reply.status).toBe(503);
    expect(errorSchema.parse(await reply.json()).error.code).toBe('DEPENDENCY_UNAVAILABLE');
  });
});

describe('the page', () => {
  it('is served with its headers, and nothing outside its folder', async () => {
    const dashboardDir = await mkdtemp(join(tmpdir(), 'page-'));
    await mkdir(join(dashboardDir, 'assets'));
    await writeFile(join(dashboardDir, 'index.html'), '<!doctype html><title>NetScope</title>');
    await writeFile(join(dashboardDir, 'assets', 'app-1a2b.js'), 'export {};');
    await writeFile(join(dashboardDir, '.secret'), 'hidden');
    await using server = await new RunningServer({}, { dashboardDir }).start();
    const base = `http://127.0.0.1:${server.port}`;
    const page = await fetch(`${base}/`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('NetScope');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const script = await fetch(`${base}/assets/app-1a2b.js`);
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-type')).toContain('javascript');
    const outside = ['/..%2f..%2fetc%2fpasswd', '/%00', '/v1//calls', '/assets/%2e%2e%2f%2e%2e'];
    for (const path of ['/.secret', '/assets/', '/nothing.js', ...outside]) {
      const reply = await fetch(base + path);
      expect([path, reply.status]).toEqual([path, 404]);
      expect(errorSchema.parse(await reply.json()).error.code).toBe('NOT_FOUND');
    }
    await rm(dashboardDir, { recursive: true });
  });

  it('says that it was not built where it was not', async () => {
    await using server = await new RunningServer().start();
    const reply = await fetch(`http://127.0.0.1:${server.port}/`);
    expect(reply.status).toBe(404);
    expect(errorSchema.parse(await reply.json()).error.message).toContain('not been built');
  });
});
