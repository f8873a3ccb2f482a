import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { leftSpools, takeUpSpool } from '../src/index.ts';
import { openSink, TestDirectory } from './sink-fixture.ts';

/** A life of `node` that ends in order, with all that it said in the store. */
async function live(dataDir: string, node: string): Promise<string | undefined> {
  const former = takeUpSpool(dataDir, node);
  const { sink } = await openSink({ dataDir, node });
  await sink.close(10_000);
  return former;
}

function damage(file: string, what: string): void {
  rmSync(file);
  if (what === 'a folder') mkdirSync(file);
  else writeFileSync(file, what);
}

const digestsOf = (dataDir: string, node: string): readonly string[] =>
  readdirSync(join(dataDir, 'audit/audit/v1/digests', `node=${node}`)).toSorted();

describe('a spool', () => {
  test('is taken up by the node that left it', async () => {
    using directory = new TestDirectory();
    const { path } = directory;
    expect([await live(path, 'a'), await live(path, 'a')]).toEqual([undefined, undefined]);
    expect(existsSync(join(path, 'former'))).toBe(false);
  });

  test('of a node by another name is set aside with its keys, and comes back with the name', async () => {
    using directory = new TestDirectory();
    const { path } = directory;
    await live(path, 'a');
    const before = digestsOf(path, 'a').length;
    expect(await live(path, 'b')).toBe('a');
    expect(readdirSync(join(path, 'former/a')).toSorted()).toEqual(['keys', 'spool']);
    expect(readdirSync(join(path, 'former/a/keys'))).toEqual(readdirSync(join(path, 'keys')));
    expect(await live(path, 'a')).toBe('b');
    expect(existsSync(join(path, 'former/a/spool'))).toBe(false);
    // Its epochs go on: a second one of the same number would be another node's.
    expect(digestsOf(path, 'a').length).toBeGreaterThan(before);
    const epochs = digestsOf(path, 'a').map((name) => name.slice(0, 12));
    expect(new Set(epochs)).toEqual(new Set(['000000000001', '000000000002']));
  });

  test.each([
    { file: 'last-digest.json', what: 'a folder' },
    { file: 'last-digest.json', what: 'garbage' },
    { file: 'epoch.json', what: 'a folder' },
    { file: 'epoch.json', what: 'garbage' },
  ])('whose $file is $what is known for the node that left it', async ({ file, what }) => {
    using directory = new TestDirectory();
    const { path } = directory;
    await live(path, 'a');
    damage(join(path, 'spool', file), what);
    expect(await live(path, 'b')).toBe('a');
    expect(digestsOf(path, 'b')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^0{11}1[0-9a-f]{4}-0{11}1\.json$/)]),
    );
  });

  test('that tells of no node any more is no reason not to start', async () => {
    using directory = new TestDirectory();
    const { path } = directory;
    await live(path, 'a');
    damage(join(path, 'spool/epoch.json'), 'a folder');
    for (const file of ['last-digest.json', 'last-digest.copy.json']) {
      damage(join(path, 'spool', file), 'garbage');
    }
    expect(await live(path, 'b')).toBeUndefined();
  });

  test('of a former node is left only where something of it is not shipped', async () => {
    using directory = new TestDirectory();
    const { path } = directory;
    await live(path, 'a');
    takeUpSpool(path, 'b');
    expect(leftSpools(path)).toEqual([]);
    const { sink } = await openSink({ dataDir: path, node: 'b' });
    // As a crash would leave it.
    using crashed = new TestDirectory();
    cpSync(path, crashed.path, { recursive: true });
    await sink.close(10_000);
    expect(takeUpSpool(crashed.path, 'c')).toBe('b');
    expect(leftSpools(crashed.path)).toEqual([join(crashed.path, 'former/b')]);
  });
});
