import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { OwnedProcess } from '../../src/services/owned-process.ts';
import { waitUntil } from '../../src/wait-until.ts';

describe('an owned process', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'netscope-owned-'));
  });
  afterEach(async () => rm(folder, { recursive: true }));

  const start = async (script: string): Promise<OwnedProcess> =>
    OwnedProcess.start({
      program: process.execPath,
      args: ['-e', script],
      logFile: path.join(folder, 'log'),
    });
  const hasLogged = async (text: string): Promise<true> =>
    waitUntil(async () => (await readFile(path.join(folder, 'log'), 'utf8')).includes(text), {
      what: text,
    });

  it('tells its exit code', async () => {
    const child = await start('process.exit(7)');
    expect(await child.ended).toBe(7);
    expect(child.end).toBe(7);
  });

  it('is asked to end, and says by which signal it did', async () => {
    const child = await start('setInterval(() => {}, 1000)');
    expect(child.end).toBeUndefined();
    expect(await child.stop()).toBe('SIGTERM');
  });

  it('is killed when it does not listen', async () => {
    const child = await start(
      'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000)',
    );
    await hasLogged('up');
    expect(await child.stop(10)).toBe('SIGKILL');
  });

  it('is not made to wait for when it is stopped by SIGSTOP', async () => {
    const child = await start('console.log("up"); setInterval(() => {}, 1000)');
    await hasLogged('up');
    child.signal('SIGSTOP');
    expect(await child.stop()).toBe('SIGTERM');
  });

  it('ends when its parent is killed', async () => {
    const owned = path.resolve(import.meta.dirname, '../../src/services/owned-process.ts');
    const options = { program: 'sleep', args: ['60'], logFile: path.join(folder, 'inner') };
    const parent = await start(
      `import(${JSON.stringify(owned)}).then(({ OwnedProcess }) => OwnedProcess.start(${JSON.stringify(options)})).then(({ pid }) => console.log("pid", pid, "."));setInterval(() => {}, 1000)`,
    );
    await hasLogged('.');
    const log = await readFile(path.join(folder, 'log'), 'utf8');
    const pid = Number(/pid (\d+)/u.exec(log)?.[1]);
    await parent.kill();
    const ended = waitUntil(async () => !(await isRunning(pid)), { what: 'its end' });
    await expect(ended).resolves.toBe(true);
  });
});

/** A zombie that nobody has reaped yet has ended. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !status.includes(') Z');
}
