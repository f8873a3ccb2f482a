import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';

import { StorageError } from '@netscope/domain';
import { waitUntil } from '@netscope/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

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
  expect(() => DataDirLock.acquire(folder)).toThrow(`${hostname()} pid ${holder.pid}`);
  const ended = new Promise((resolve) => {
    holder.once('exit', resolve);
  });
  holder.kill('SIGKILL');
  await ended;
  using lock = DataDirLock.acquire(folder);
  expect(lock).toBeDefined();
});

test('a copy of a held folder is held by nobody, and is another instance', () => {
  using held = DataDirLock.acquire(folder);
  const copy = `${folder}-copy`;
  try {
    cpSync(folder, copy, { recursive: true });
    using lock = DataDirLock.acquire(copy);
    expect(lock.instanceId).not.toBe(held.instanceId);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'a process that is always PID 1 is let in after its former life was killed',
  async () => {
    for (let life = 0; life < 2; life += 1) {
      const init = spawn(
        'unshare',
        ['--pid', '--fork', '--kill-child', process.execPath, HOLDER, folder],
        {
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        },
      );
      const said = await Promise.race([once(init, 'message'), once(init, 'exit')]);
      expect(said[0]).toBe('held');
      expect(readFileSync(path.join(folder, 'lock.holder'), 'utf8')).toContain('pid 1\n');
      expect(() => DataDirLock.acquire(folder)).toThrow('pid 1');
      const ended = once(init, 'exit');
      init.kill('SIGKILL');
      await ended;
      await waitUntil(isFree, { what: 'the lock to end with its holder', timeoutMs: 5000 });
    }
  },
);

describe.skipIf(process.getuid?.() !== 0)('on a file system of 64 KiB', () => {
  test('that is full the lock is taken: the spool has a reserve for what follows', async () => {
    expect(await saidOn('head -c 100000 /dev/zero > "$DIR/fill" 2> /dev/null || true')).toEqual([
      'held',
      '',
    ]);
  });

  test('that can only be read it is refused by its name, and nobody is said to hold it', async () => {
    const [said, told] = await saidOn('mount -o remount,ro "$DIR"');
    expect(said).toBe('ended');
    expect(told).toContain(`data_dir ${folder} cannot be written`);
    expect(told).not.toContain('held by');
  });
});

/** What a holder says, and tells on standard error, where this was done before it began. */
async function saidOn(prepare: string): Promise<readonly [string, string]> {
  const script = `mount -t tmpfs -o size=64k none "$DIR" && : > "$DIR/lock" && ${prepare} && exec "$NODE" "$HOLDER" "$DIR"`;
  const env = { ...process.env, DIR: folder, NODE: process.execPath, HOLDER };
  const holder = spawn('unshare', ['--mount', 'sh', '-c', script], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env,
  });
  let told = '';
  holder.stderr?.on('data', (chunk: Buffer) => (told += chunk.toString()));
  const ended = once(holder, 'close');
  const said = await Promise.race([
    once(holder, 'message').then(() => 'held'),
    ended.then(() => 'ended'),
  ]);
  holder.kill('SIGKILL');
  await ended;
  return [said, told];
}

test.each(['/dev/null/data', '/proc/no-such-folder/data'])(
  'a folder that cannot be made, %s, is refused by its name and at once',
  (dataDir) => {
    expect(() => DataDirLock.acquire(dataDir)).toThrow(dataDir);
  },
);

function isFree(): boolean {
  try {
    DataDirLock.acquire(folder)[Symbol.dispose]();
    return true;
  } catch {
    return false;
  }
}
