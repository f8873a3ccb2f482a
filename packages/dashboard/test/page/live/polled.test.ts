import { describe, expect, test } from 'vitest';

import { LIVENESS_PATH } from '../../../src/page/live/api-path.ts';
import { type Polled, Poller } from '../../../src/page/live/polled.ts';
import { ManualEdges, type Reply } from '../../manual-edges.ts';

const META = { trace_id: 'f'.repeat(32), timestamp: '2026-11-21T10:00:00.000Z' };
const GOOD: Reply = {
  status: 200,
  body: JSON.stringify({ status: 'ok', data: { state: 'live' }, meta: META }),
};

function refusal(status: number, retryAfterMs?: number): Reply {
  const error = { code: 'RATE_LIMITED', message: 'slow down', details: {} };
  const body = JSON.stringify({ status: 'error', error, meta: META });
  return { status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

function setUp(): { edges: ManualEdges; poller: Poller<unknown>; heard: Polled<unknown>[] } {
  const edges = new ManualEdges();
  const heard: Polled<unknown>[] = [];
  const poller = new Poller<unknown>(edges, {
    path: () => LIVENESS_PATH,
    received: (polled) => heard.push(polled),
  });
  return { edges, poller, heard };
}

async function settled(): Promise<void> {
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
}

describe('a poller', () => {
  test('asks every two seconds, one question at a time', async () => {
    const { edges, poller, heard } = setUp();
    edges.replies.push(GOOD, GOOD);
    poller.askNow();
    edges.clock.advance(10_000);
    expect(edges.asked).toHaveLength(1);
    await settled();
    edges.clock.advance(2_000);
    await settled();
    expect(edges.asked).toHaveLength(2);
    expect(heard.map(({ problem }) => problem)).toEqual([undefined, undefined]);
  });

  test('keeps the last good answer when the next is none, and says what is wrong', async () => {
    const { edges, poller, heard } = setUp();
    edges.replies.push(GOOD, refusal(429));
    poller.askNow();
    await settled();
    edges.clock.advance(2_000);
    await settled();
    expect(heard[1]).toEqual({
      value: { state: 'live' },
      atMs: 1_795_255_200_000,
      problem: 'The API answered 429 RATE_LIMITED: slow down',
    });
    edges.clock.advance(2_000);
    await settled();
    expect(heard[2]?.problem).toBe('No answer from the API.');
  });

  test('heeds Retry-After', async () => {
    const { edges, poller } = setUp();
    edges.replies.push(refusal(429, 7_000));
    poller.askNow();
    await settled();
    edges.clock.advance(6_999);
    expect(edges.asked).toHaveLength(1);
    edges.clock.advance(1);
    expect(edges.asked).toHaveLength(2);
  });

  test('drops the answer to a question that was overtaken', async () => {
    const { edges, poller, heard } = setUp();
    edges.replies.push(refusal(503), GOOD);
    poller.askNow();
    poller.askNow();
    await settled();
    expect(heard).toHaveLength(1);
    expect(heard[0]?.problem).toBeUndefined();
  });
});
