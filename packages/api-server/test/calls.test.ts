import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { callSchema, callsSchema } from '../src/contract.ts';
import { TestApi } from './test-api.ts';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('calls', () => {
  it('come newest first with their attempts and phases', async () => {
    api.world.publish(sampleCall({ requestId: 'one' }));
    api.world.publish(sampleCall({ requestId: 'two', retryCount: 1 }));
    const { calls, next_cursor } = await api.dataOf('/v1/calls', callsSchema);
    expect(calls.map(({ request_id }) => request_id)).toEqual(['two', 'one']);
    expect(calls[0]?.network.attempts[1]?.phases_ms.wait).toBe(83.9);
    expect(next_cursor).toBeNull();
  });

  it('are paged by a cursor that calls arriving meanwhile do not move', async () => {
    for (const requestId of ['a', 'b', 'c', 'd', 'e']) api.world.publish(sampleCall({ requestId }));
    const first = await api.dataOf('/v1/calls?limit=2', callsSchema);
    api.world.publish(sampleCall({ requestId: 'f' }));
    const second = await api.dataOf(`/v1/calls?limit=2&cursor=${first.next_cursor}`, callsSchema);
    api.world.publish(sampleCall({ requestId: 'g' }));
    const third = await api.dataOf(`/v1/calls?limit=2&cursor=${second.next_cursor}`, callsSchema);
    const seen = [first, second, third].flatMap(({ calls }) => calls);
    expect(seen.map(({ request_id }) => request_id)).toEqual(['e', 'd', 'c', 'b', 'a']);
    expect(third.next_cursor).toBeNull();
  });

  it.each([
    ['route_group=other', ['g']],
    ['upstream=partner&status=503', ['s']],
    ['status=5xx', ['s']],
    ['outcome=timed_out', ['t']],
    [`trace_id=${'9'.repeat(32)}`, ['g']],
    ['party=network', []],
    ['party=upstream&limit=1', ['t']],
  ])('are chosen by ?%s', async (query, expected) => {
    api.world.publish(sampleCall({ requestId: 'g', routeGroup: 'other', traceId: '9'.repeat(32) }));
    api.world.publish(sampleCall({ requestId: 's', status: 503 }));
    api.world.publish(sampleTimeout({ requestId: 't' }));
    const { calls } = await api.dataOf(`/v1/calls?${query}`, callsSchema);
    expect(calls.map(({ request_id }) => request_id)).toEqual(expected);
  });

  it('held are bounded, and a cursor past the oldest finds nothing', async () => {
    await api.start({}, { hubLimits: { recentCalls: 3 } });
    for (const requestId of ['a', 'b', 'c']) api.world.publish(sampleCall({ requestId }));
    const first = await api.dataOf('/v1/calls?limit=1', callsSchema);
    for (const requestId of ['d', 'e', 'f', 'g']) api.world.publish(sampleCall({ requestId }));
    expect((await api.dataOf('/v1/calls', callsSchema)).calls).toHaveLength(3);
    const late = await api.dataOf(`/v1/calls?cursor=${first.next_cursor}`, callsSchema);
    expect(late).toEqual({ calls: [], next_cursor: null });
  });

  it.each([
    'limit=0',
    'limit=501',
    'limit=x',
    'status=99',
    'status=6xx',
    'trace_id=short',
    'outcome=ok',
    'cursor=zz',
    'cursor=0.1',
    'party=me',
    'upstream=nobody',
  ])('are not asked for by ?%s', async (query) => {
    expect(await api.errorOf(`/v1/calls?${query}`)).toMatchObject({
      status: 400,
      code: 'INVALID_QUERY_PARAM',
      details: { parameters: [{ name: query.split('=')[0] }] },
    });
  });

  it('are found one by one', async () => {
    api.world.publish(sampleCall({ requestId: 'one' }));
    expect((await api.dataOf('/v1/calls/one', callSchema)).request_id).toBe('one');
    expect(await api.errorOf('/v1/calls/two')).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});
