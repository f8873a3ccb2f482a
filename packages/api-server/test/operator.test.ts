import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { operatorActionSchema, resilienceStateSchema, successSchema } from '../src/contract.ts';
import { readRefusal, TestApi } from './test-api.ts';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

const ACTIONS = [
  ['upstream', 'partner', '/v1/resilience/partner/isolate'],
  ['upstream', 'partner', '/v1/resilience/partner/release'],
  ['upstream', 'partner', '/v1/resilience/partner/pause'],
  ['upstream', 'partner', '/v1/resilience/partner/resume'],
  ['topic', 'netscope.ingress', '/v1/resilience/topics/netscope.ingress/pause'],
  ['topic', 'netscope.ingress', '/v1/resilience/topics/netscope.ingress/resume'],
  ['route', 'partner-send', '/v1/resilience/routes/partner-send/resume'],
] as const;

describe('an operator’s action', () => {
  it.each(ACTIONS)(
    'on %s %s, POST %s, answers with how it stands now',
    async (target, name, url) => {
      const reply = await api.inject({ method: 'POST', url });
      expect(reply.statusCode).toBe(200);
      const { data } = successSchema(operatorActionSchema).parse(reply.json());
      const action = url.slice(url.lastIndexOf('/') + 1);
      expect(data).toMatchObject({ target, name, action, changed: true, audited: true });
      expect(data.upstreams?.['partner'] !== undefined).toBe(target === 'upstream');
      expect(api.world.commands).toMatchObject([
        { target, name, action, reason: 'by an operator' },
      ]);
    },
  );

  it('keeps the reason, the caller and the request', async () => {
    const reply = await api.inject({
      method: 'POST',
      url: '/v1/resilience/partner/isolate',
      headers: { 'content-type': 'application/json', 'x-request-id': 'mine-1' },
      payload: '{"reason":"a bad deploy"}',
    });
    expect(reply.statusCode).toBe(200);
    expect(api.world.commands).toMatchObject([
      { reason: 'a bad deploy', requestId: 'mine-1', clientIp: '127.0.0.1' },
    ]);
    expect(reply.headers['x-trace-id']).toBe(api.world.commands[0]?.traceId);
  });

  it.each([
    ['/v1/resilience/nobody/isolate', { upstreams: ['partner'] }],
    ['/v1/resilience/topics/nothing/pause', { topics: ['netscope.ingress'] }],
    ['/v1/resilience/routes/nowhere/resume', { routes: ['partner-send'] }],
    [`/v1/resilience/topics/${'t'.repeat(249)}/pause`, { topics: ['netscope.ingress'] }],
  ])('on an unknown name, %s, is 404 and names the known ones', async (url, details) => {
    const refusal = readRefusal(await api.inject({ method: 'POST', url }));
    expect(refusal).toMatchObject({ status: 404, code: 'NOT_FOUND', details });
  });

  it.each([
    ['{"reason":7}', 'reason'],
    ['{"reason":"' + 'x'.repeat(501) + '"}', 'reason'],
    ['{"why":"typo"}', 'why'],
    ['not json', 'JSON'],
    ['[]', 'body'],
  ])('with the body %.20s is refused and does nothing', async (payload, named) => {
    const url = '/v1/resilience/partner/isolate';
    const refusal = readRefusal(await api.inject({ method: 'POST', url, payload }));
    expect(refusal).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM' });
    expect(JSON.stringify(refusal)).toContain(named);
    expect(api.world.commands).toEqual([]);
  });

  it('from another origin or by another name of the host is refused', async () => {
    const url = '/v1/resilience/partner/isolate';
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }]) {
      const refusal = readRefusal(await api.inject({ method: 'POST', url, headers }));
      expect(refusal).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
    expect(api.world.commands).toEqual([]);
  });

  it('is a POST and nothing else', async () => {
    const refusal = await api.errorOf('/v1/resilience/partner/isolate');
    expect(refusal).toMatchObject({ status: 404, details: { allowed_methods: ['POST'] } });
    expect(refusal.headers['allow']).toBe('POST');
  });
});

it('the state tells what is held, by whom, since when and why', async () => {
  const since = 1_771_578_000_000;
  const hold = {
    target: 'route',
    name: 'partner-send',
    by: 'park_guard',
    reason: '51 of 60',
  } as const;
  api.world.holds = [{ ...hold, sinceMs: since }];
  api.world.upstreams = api.world.upstreams.map((one) => ({
    ...one,
    pause: { reason: 'maintenance', sinceMs: since },
  }));
  const state = await api.dataOf('/v1/resilience/state', resilienceStateSchema);
  expect(state.holds).toEqual([{ ...hold, since: '2026-02-20T09:00:00.000Z' }]);
  expect(state.upstreams['partner']).toMatchObject({
    state: 'paused',
    pause: { reason: 'maintenance', since: '2026-02-20T09:00:00.000Z' },
  });
});
