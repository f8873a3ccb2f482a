import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { withFileLock } from '../../src/services/file-lock.ts';

describe('a file lock', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'netscope-lock-'));
    file = path.join(folder, 'lock');
  });
  afterEach(async () => rm(folder, { recursive: true }));

  it('lets one in at a time', async () => {
    const steps: string[] = [];
    const work = (name: string) => async (): Promise<void> => {
      steps.push(`${name} in`);
      await Promise.resolve();
      steps.push(`${name} out`);
    };
    await Promise.all([withFileLock(file, work('a')), withFileLock(file, work('a'))]);
    expect(steps).toEqual(['a in', 'a out', 'a in', 'a out']);
  });

  it('is given back when the work fails', async () => {
    const failing = withFileLock(file, async () => {
      throw new Error('work');
    });
    await expect(failing).rejects.toThrow('work');
    expect(await readdir(folder)).toEqual([]);
  });

  it('is taken from a holder that is gone', async () => {
    // The largest pid that Linux gives out is 2^22.
    await writeFile(file, '4194305');
    await expect(withFileLock(file, async () => 'in')).resolves.toBe('in');
  });
});
