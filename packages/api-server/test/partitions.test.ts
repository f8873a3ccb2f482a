import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { partitionsSchema, seekAnswerSchema } from '../src/contract-partitions.ts';
import { successSchema } from '../src/contract.ts';
import { readRefusal, TestApi } from './test-api.ts';

const SEEK = '/v1/partitions/netscope.ingress/0/seek';

let api: TestApi;

beforeEach(async () => {
  api = new TestApi();
  await api.start();
});

afterEach(async () => api.close());

describe('GET /v1/partitions', () => {
  it('tells where each partition stands, and null for what was not asked yet', async () => {
    const { partitions } = await api.dataOf('/v1/partitions', partitionsSchema);
    expect(partitions).toMatchObject([
      { topic: 'netscope.ingress', partition: 0, position: '10', committed: '8', lag_records: 5 },
      { partition: 1, position: '1', lag_records: null, lag_seconds: null, paused: true },
    ]);
    expect(partitions[0]).not.toHaveProperty('blocked_by');
    expect(partitions[1]).not.toHaveProperty('committed');
  });

  it('says paused of all that an operator paused, whether records come of it or not', async () => {
    const hold = { by: 'operator', reason: 'maintenance', sinceMs: 0 } as const;
    const paused = async (): Promise<readonly boolean[]> => {
      const { partitions } = await api.dataOf('/v1/partitions', partitionsSchema);
      return partitions.map((one) => one.paused);
    };
    api.world.holds = [{ ...hold, target: 'route', name: 'netscope.ingress' }];
    expect(await paused()).toEqual([false, true]);
    api.world.holds = [{ ...hold, target: 'topic', name: 'netscope.ingress' }];
    expect(await paused()).toEqual([true, true]);
  });

  it('names the offset and the key that block the commit, and why', async () => {
    api.world.holdings = {
      waiting: 2,
      inFlight: 1,
      lowest: {
        offset: 8,
        keySha256: 'ab'.repeat(32),
        stage: 'backoff',
        reason: 'its last call failed and it is tried again',
        route: 'partner-send',
        upstream: 'partner',
        tries: 3,
        heldForMs: 9000.5,
        retryInMs: 1000,
      },
    };
    const { partitions } = await api.dataOf('/v1/partitions', partitionsSchema);
    expect(partitions[0]).toMatchObject({
      waiting: 2,
      in_flight: 1,
      blocked_by: { offset: '8', stage: 'backoff', tries: 3, retry_in_ms: 1000 },
    });
  });
});

describe('a seek', () => {
  async function seek(payload: unknown, url = SEEK) {
    return api.inject({ method: 'POST', url, payload: JSON.stringify(payload) });
  }

  it.each([[7], ['7'], ['earliest'], ['latest']])('takes %j as an offset', async (offset) => {
    const reply = await seek({ offset, reason: 'a bad deploy' });
    expect(reply.statusCode).toBe(200);
    const { data } = successSchema(seekAnswerSchema).parse(reply.json());
    expect(data).toEqual({
      topic: 'netscope.ingress',
      partition: 0,
      from: '8',
      to: '3',
      audited: true,
    });
    const to = offset === '7' ? 7 : offset;
    expect(api.world.seeks).toMatchObject([{ to, reason: 'a bad deploy', clientIp: '127.0.0.1' }]);
  });

  it.each([
    [{}],
    [{ offset: -1 }],
    [{ offset: 1.5 }],
    [{ offset: 'first' }],
    [{ offset: null }],
    [{ offset: '12345678901234567890' }],
    [{ offset: 1, force: true }],
  ])('refuses %j, saying what would be right', async (body) => {
    const refusal = readRefusal(await seek(body));
    expect(refusal).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM' });
    expect(JSON.stringify(refusal.details)).toMatch(/whole number from 0 on|force/u);
    expect(api.world.seeks).toHaveLength(0);
  });

  it('refuses a partition that is no number', async () => {
    const refusal = readRefusal(await seek({ offset: 1 }, '/v1/partitions/t/x/seek'));
    expect(refusal).toMatchObject({ status: 400, code: 'INVALID_QUERY_PARAM' });
  });

  it('of a partition that another process holds is 404 and names those held here', async () => {
    api.world.seekAnswer = { kind: 'not_held', held: ['netscope.ingress/1'] };
    const refusal = readRefusal(await seek({ offset: 1 }));
    expect(refusal).toMatchObject({ status: 404, details: { held: ['netscope.ingress/1'] } });
  });

  it('outside the log is 400 and tells its ends', async () => {
    api.world.seekAnswer = { kind: 'out_of_range', logStart: 8, logEnd: 10 };
    const refusal = readRefusal(await seek({ offset: 1 }));
    expect(refusal).toMatchObject({
      status: 400,
      code: 'INVALID_QUERY_PARAM',
      message: 'offset: the log of netscope.ingress/0 holds 8 to 10',
    });
  });
});
