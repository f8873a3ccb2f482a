import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { digestHash } from '../../src/integrity/signed-digest.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { StoredTrail } from './stored-trail.ts';

const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);

beforeAll(() => trail.liveOnNodes(), 60_000);

afterAll(() => directory[Symbol.dispose]());

beforeEach(() => trail.restore());

describe('a sound trail', () => {
  it('has no finding, with crashes inside too', async () => {
    const { report, findings } = await trail.check();
    expect(findings).toEqual([]);
    expect(report).toMatchObject({ isSound: true, events: 35 });
    expect(report.nodes.map(({ node, events }) => [node, events])).toEqual([
      ['a', 14],
      ['b', 14],
      ['c', 7],
    ]);
  });

  it('holds the heads that were kept elsewhere', async () => {
    const heads = trail.keysOfObjects
      .filter((key) => key.includes('/digests/'))
      .map((key) => digestHash(trail.original(key)));
    expect((await trail.check(heads)).breaches).toEqual([]);
  });
});

describe('a changed trail is told with its place', () => {
  it('for a line that was left out and the object packed anew', async () => {
    const key = segments()[2] ?? '';
    const lines = zstdDecompressSync(trail.original(key)).toString('utf8').split('\n');
    trail.write(key, zstdCompressSync(lines.toSpliced(0, 1).join('\n')));
    expect((await trail.check()).breaches).toMatchObject([{ kind: 'changed', place: key }]);
  });

  it('for a zstd bomb, which is not unpacked', async () => {
    const key = segments()[2] ?? '';
    trail.write(key, zstdCompressSync(Buffer.alloc(300 * 1024 * 1024)));
    expect((await trail.check()).breaches).toMatchObject([{ kind: 'changed', place: key }]);
  });

  it('for a signature by a key that nobody handed over to', async () => {
    const [first] = trail.keys;
    const all = trail.keys;
    trail.keys = first === undefined ? [] : [first];
    const { breaches } = await trail.check();
    trail.keys = all;
    expect(
      breaches.some(({ kind, place }) => kind === 'bad_signature' && place.includes('node=b')),
    ).toBe(true);
    expect(breaches.some(({ place }) => place.includes('node=a'))).toBe(false);
  });

  it('for a tail that was cut off, where its head was kept', async () => {
    const newest = digests('c').at(-1) ?? '';
    const head = digestHash(trail.original(newest));
    trail.remove(newest);
    expect((await trail.check([head])).breaches).toMatchObject([{ kind: 'cut_tail' }]);
  });

  it('for all digests of a node that went away', async () => {
    for (const key of digests('c')) trail.remove(key);
    const { breaches } = await trail.check();
    expect(breaches).toMatchObject([{ kind: 'missing', place: 'node c' }]);
  });
});

function segments(): readonly string[] {
  return trail.keysOfObjects.filter((key) => key.endsWith('.jsonl.zst'));
}

function digests(node = 'b'): readonly string[] {
  return trail.keysOfObjects.filter((key) => key.includes(`/digests/node=${node}/`));
}
