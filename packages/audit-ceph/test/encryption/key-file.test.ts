import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { checkKeyFiles } from '../../src/encryption/key-checks.ts';
import {
  parseKey,
  presentKeyFiles,
  readKeyFile,
  readOrMakeKeyFile,
} from '../../src/encryption/key-file.ts';
import { TestDirectory } from '../sink-fixture.ts';

const HEX = '9f'.repeat(32);
const DAY = '2026-11-21';
const NOW_MS = 1_795_219_200_000;
let directory: TestDirectory;

beforeEach(() => {
  directory = new TestDirectory();
});

afterEach(() => directory[Symbol.dispose]());

function path(name: string): string {
  return join(directory.path, name);
}

describe('a key file', () => {
  it('holds 32 bytes in hex or base64, of which the same ones have the same id', () => {
    const id = parseKey(HEX)?.id;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(parseKey(`${HEX.toUpperCase()}\n`)?.id).toBe(id);
    expect(parseKey(Buffer.from(HEX, 'hex').toString('base64'))?.id).toBe(id);
    expect(parseKey('9e'.repeat(32))?.id).not.toBe(id);
  });

  it.each([HEX.slice(2), `${HEX}00`, 'x'.repeat(64), 'AAAA', `${HEX} ${HEX}`])(
    'is no key with %j, and the sentence quotes nothing of it',
    (text) => {
      writeFileSync(path('key'), text);
      expect(parseKey(text)).toBeUndefined();
      expect(() => readKeyFile(path('key'))).toThrow(/holds \d+ characters where 64 hex digits/);
      expect(() => readKeyFile(path('key'))).not.toThrow(text);
    },
  );

  it('is made once, for its owner alone, and read from then on', () => {
    const at = { day: DAY, nowMs: NOW_MS };
    const made = readOrMakeKeyFile(path('key-{date}'), at);
    const file = path(`key-${DAY}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readOrMakeKeyFile(path('key-{date}'), at).id).toBe(made.id);
    expect(parseKey(readFileSync(file, 'utf8'))?.id).toBe(made.id);
    expect(readdirSync(directory.path)).toEqual([`key-${DAY}`]);
  });

  it('leaves no copy that a crash in its making left, and what another process makes alone', () => {
    const left = path(`key-2026-11-20.${'ab'.repeat(8)}.part`);
    const fresh = path(`key-2026-11-21.${'cd'.repeat(8)}.part`);
    for (const file of [left, fresh, path('key-2026-11-20.part')]) writeFileSync(file, HEX);
    utimesSync(left, NOW_MS / 1000 - 61, NOW_MS / 1000 - 61);
    utimesSync(fresh, NOW_MS / 1000, NOW_MS / 1000);
    readOrMakeKeyFile(path('key-{date}'), { day: DAY, nowMs: NOW_MS });
    expect(readdirSync(directory.path).toSorted()).toEqual([
      'key-2026-11-20.part',
      `key-${DAY}`,
      `key-2026-11-21.${'cd'.repeat(8)}.part`,
    ]);
  });

  it('stands for every file of a day that is there, where its name has a date', () => {
    const names = ['k-2026-11-21.key', 'k-2026-11-20.key', 'k-2026-11.key', 'k-2026-11-20.key.bak'];
    for (const name of names) writeFileSync(path(name), HEX);
    const found = presentKeyFiles(path('k-{date}.key'));
    expect(found).toEqual([path('k-2026-11-20.key'), path('k-2026-11-21.key')]);
    expect(presentKeyFiles(path('none-{date}'))).toEqual([]);
    expect(presentKeyFiles(path('absent/{date}'))).toEqual([]);
    expect(presentKeyFiles(path('absent'))).toEqual([]);
  });
});

describe('the check of key files', () => {
  it('finds nothing in a key that only its owner reads, or that a day will make', () => {
    writeFileSync(path('key'), HEX, { mode: 0o600 });
    expect(checkKeyFiles([path('key')], DAY)).toEqual([]);
    expect(checkKeyFiles([path('day-{date}')], DAY)).toEqual([]);
    expect(checkKeyFiles([], DAY)).toEqual([]);
  });

  it('faults a first key that is not there or is none, and warns of an old one that is gone', () => {
    writeFileSync(path('key'), HEX, { mode: 0o600 });
    writeFileSync(path('short'), 'abc', { mode: 0o600 });
    expect(checkKeyFiles([path('absent')], DAY)).toMatchObject([{ index: 0, isFault: true }]);
    expect(checkKeyFiles([path('short')], DAY)).toMatchObject([{ index: 0, isFault: true }]);
    expect(checkKeyFiles([path('key'), path('absent')], DAY)).toMatchObject([
      { index: 1, isFault: false, message: expect.stringContaining('stays encrypted') },
    ]);
    expect(checkKeyFiles([path('key'), path('short')], DAY)).toMatchObject([
      { index: 1, isFault: true },
    ]);
    expect(checkKeyFiles([path('none/day-{date}')], DAY)).toMatchObject([
      { isFault: true, message: expect.stringContaining('cannot be written to (ENOENT)') },
    ]);
  });

  it('warns of a key that every user of the machine can read, and faults a folder', () => {
    writeFileSync(path('key'), HEX);
    chmodSync(path('key'), 0o644);
    mkdirSync(path('folder'));
    expect(checkKeyFiles([path('key'), path('folder')], DAY)).toMatchObject([
      { index: 0, isFault: false, message: expect.stringContaining('chmod 600') },
      { index: 1, isFault: true, message: expect.stringContaining('EISDIR') },
    ]);
  });
});
