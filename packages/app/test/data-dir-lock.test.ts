import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { StorageError } from '@netscope/domain';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { DataDirLock } from '../src/data-dir-lock.ts';

const HOLDER = path.join(import.meta.dirname, 'support/lock-holder.ts');

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'netscope-lock-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

test('a second process is refused by the name of the first, and let in when that is killed', async () => {
  const holder = fork(HOLDER, [folder]);
  await new Promise((resolve) => {
    holder.once('message', resolve);
  });
  expect(() => DataDirLock.acquire(folder)).toThrow(StorageError);
  expect(() => DataDirLock.acquire(folder)).toThrow(`pid ${holder.pid}`);
  const ended = new Promise((resolve) => {
    holder.once('exit', resolve);
  });
  holder.kill('SIGKILL');
  await ended;
  using lock = DataDirLock.acquire(folder);
  expect(lock).toBeDefined();
});

test.each(['/dev/null/data', '/proc/no-such-folder/data'])(
  'a folder that cannot be made, %s, is refused by its name and at once',
  (dataDir) => {
    expect(() => DataDirLock.acquire(dataDir)).toThrow(dataDir);
  },
);
