import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { expect, test } from 'vitest';

import { pruneBuilds } from '../../src/build/prune-builds.ts';

test('the five newest builds stay', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'netscope-builds-'));
  try {
    for (let age = 1; age <= 8; age += 1) {
      const build = path.join(dir, `build-${age}`);
      await mkdir(build);
      await utimes(build, 1_000_000 - age, 1_000_000 - age);
    }
    await pruneBuilds(dir);
    expect((await readdir(dir)).toSorted()).toEqual([1, 2, 3, 4, 5].map((age) => `build-${age}`));
  } finally {
    await rm(dir, { recursive: true });
  }
});
