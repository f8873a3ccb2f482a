import { createHash } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { respond, type Answer } from '../../src/upstream/answer.ts';
import { ScriptedUpstream } from '../../src/upstream/scripted-upstream.ts';

describe('a scripted upstream', () => {
  let upstream: ScriptedUpstream;
  beforeEach(async () => {
    upstream = await ScriptedUpstream.start();
  });
  afterEach(async () => upstream[Symbol.asyncDispose]());

  const post = async (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${upstream.origin}/v1/send?a=1`, { method: 'POST', body, headers });

  it('answers 200 to everything by default', async () => {
    expect((await post('x')).status).toBe(200);
  });

  it('notes what arrived: path, hash of the body, key, markers and status', async () => {
    upstream.script = () => respond(422);
    await post('hello', {
      'idempotency-key': '"k-1"',
      'x-record-partition': '3',
      'x-record-offset': '17',
    });
    expect(upstream.ledger.entries).toMatchObject([
      {
        sequence: 0,
        method: 'POST',
        path: '/v1/send?a=1',
        idempotencyKey: 'k-1',
        attempt: 1,
        bodyBytes: 5,
        bodySha256: createHash('sha256').update('hello').digest('hex'),
        partition: 3,
        offset: 17,
        status: 422,
      },
    ]);
  });

  it('counts the attempts with one idempotency key', async () => {
    upstream.script = ({ attempt }) => respond(attempt < 3 ? 503 : 200);
    const statuses = [];
    for (let index = 0; index < 3; index += 1) {
      statuses.push((await post('x', { 'idempotency-key': 'k' })).status);
    }
    expect(statuses).toEqual([503, 503, 200]);
    expect(upstream.ledger.counts()).toMatchObject({
      arrivals: 3,
      keys: 1,
      byStatus: { 200: 1, 503: 2 },
    });
  });

  it('knows how many requests were in flight at once', async () => {
    upstream.script = () => ({ kind: 'respond', status: 200, delayMs: 20 });
    await Promise.all([post('1'), post('2'), post('3')]);
    expect(upstream.ledger.counts()).toMatchObject({ inFlight: 0, inFlightMax: 3 });
  });

  it.each<[string, Answer]>([
    ['resets', { kind: 'reset' }],
    ['closes', { kind: 'close' }],
    ['breaks a chunk', { kind: 'broken_chunk', status: 200 }],
    ['closes early', { kind: 'early_close', status: 200, bytes: 1000 }],
    ['resets midway', { kind: 'reset_midway', status: 200, bytes: 1000 }],
  ])('%s so that the client sees a broken answer', async (_, answer) => {
    upstream.script = () => answer;
    const read = async (): Promise<string> => (await post('x')).text();
    await expect(read()).rejects.toThrow(/fetch failed|terminated/u);
  });

  it('never answers when told to be silent, and the request stays in flight', async () => {
    upstream.script = () => ({ kind: 'silence' });
    const abort = new AbortController();
    const call = fetch(upstream.origin, { signal: abort.signal });
    while (upstream.ledger.entries.length === 0) await new Promise(setImmediate);
    expect(upstream.ledger.counts().inFlight).toBe(1);
    abort.abort();
    await expect(call).rejects.toThrow('aborted');
  });

  it('sends a body of any size', async () => {
    upstream.script = () => ({ kind: 'huge_body', status: 200, bytes: 5_000_001 });
    expect((await (await post('x')).arrayBuffer()).byteLength).toBe(5_000_001);
  });

  it('sends a body byte by byte', async () => {
    upstream.script = () => ({ kind: 'trickle', status: 200, bytes: 4, everyMs: 1 });
    expect(await (await post('x')).text()).toBe('xxxx');
  });

  it('refuses connections, and accepts them again on the same port', async () => {
    await upstream.refuse();
    await expect(post('x')).rejects.toThrow('fetch failed');
    await upstream.accept();
    expect((await post('x')).status).toBe(200);
  });
});
