import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { CheckThread } from '../../src/integrity/verify/check-thread.ts';
import { SegmentChecks } from '../../src/integrity/verify/segment-checks.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { StoredTrail } from './stored-trail.ts';

const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);
const threads = new SegmentChecks({ ownBytes: 0, threads: 2 });

beforeAll(async () => {
  await trail.live('a', { events: 12, crash: true });
  await trail.live('a', { events: 8 });
  trail.keep(['a']);
}, 60_000);

afterAll(async () => {
  await threads[Symbol.asyncDispose]();
  directory[Symbol.dispose]();
});

beforeEach(() => trail.restore());

describe('threads of a check', () => {
  it('find what the calling thread finds, in the same order and words', async () => {
    for (const change of changes()) {
      change();
      const own = await trail.check();
      const other = await trail.check([], threads);
      expect(other).toEqual(own);
      trail.restore();
    }
  }, 60_000);

  it('leave the bytes that they were given readable where somebody else holds their memory', async () => {
    const memory = Buffer.alloc(100, 1);
    const body = memory.subarray(10, 20);
    const job = { kind: 'unlisted', body, node: 'a', hour: '2026-11-21T12' } as const;
    const key = { epoch: '0', firstSeq: 1, lastSeq: 1 };
    const { flaw } = await threads.check({ ...job, key });
    expect(flaw).toMatch(/^it is not one zstd frame/);
    expect(body.length).toBe(10);
  });

  it('that die fail the check, which so never passes what was not looked at', async () => {
    const thread = new CheckThread();
    const job = { kind: 'unlisted', body: Buffer.alloc(10), node: 'a', hour: '' } as const;
    const key = { epoch: '0', firstSeq: 1, lastSeq: 1 };
    const [checked] = await Promise.allSettled([thread.check({ ...job, key }), thread.end()]);
    expect(checked).toMatchObject({ status: 'rejected' });
    await expect(thread.check({ ...job, key })).rejects.toThrow(/a thread of the check died/);
  });
});

function changes(): readonly (() => void)[] {
  const keys = trail.keysOfObjects;
  const segments = keys.filter((key) => key.endsWith('.zst'));
  const digests = keys.filter((key) => key.includes('/digests/'));
  return [
    () => undefined,
    ...keys.map((key) => () => trail.remove(key)),
    ...segments.map((key) => () => trail.write(key, withLineLeftOut(trail.original(key)))),
    // Of what no digest lists the chain alone tells.
    () => digests.slice(1).forEach((key) => trail.remove(key)),
    ...segments.map((key) => () => {
      digests.slice(1).forEach((digest) => trail.remove(digest));
      trail.write(key, withLineLeftOut(trail.original(key)));
    }),
  ];
}

function withLineLeftOut(body: Buffer): Buffer {
  const lines = zstdDecompressSync(body).toString('utf8').split('\n');
  return zstdCompressSync(lines.toSpliced(0, 1).join('\n'));
}
