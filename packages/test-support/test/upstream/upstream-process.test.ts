import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { respond } from '../../src/upstream/answer.ts';
import { UpstreamProcess } from '../../src/upstream/upstream-process.ts';

describe('an upstream in a process of its own', () => {
  let upstream: UpstreamProcess;
  beforeAll(async () => {
    upstream = await UpstreamProcess.start({ rules: [{ answer: respond(503) }] });
  });
  afterAll(async () => upstream[Symbol.asyncDispose]());

  it('answers by its rules, which may be set at any time', async () => {
    expect((await fetch(upstream.origin)).status).toBe(503);
    await upstream.setRules([]);
    expect((await fetch(upstream.origin)).status).toBe(200);
  });

  it('gives its ledger and its counts, and forgets them', async () => {
    await upstream.clear();
    expect(await upstream.ledger()).toEqual([]);
    await fetch(`${upstream.origin}/a`);
    await fetch(`${upstream.origin}/b`);
    expect((await upstream.ledger()).map(({ path }) => path)).toEqual(['/a', '/b']);
    expect(await upstream.counts()).toMatchObject({ arrivals: 2, byStatus: { 200: 2 } });
  });

  it('refuses and accepts', async () => {
    await upstream.refuse();
    await expect(fetch(upstream.origin)).rejects.toThrow('fetch failed');
    await upstream.accept();
    expect((await fetch(upstream.origin)).status).toBe(200);
  });
});
