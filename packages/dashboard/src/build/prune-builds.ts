import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** Enough that no server started lately loses the files it serves. */
const KEPT = 5;

/** Removes all but the newest builds, and what was left of builds that were killed. */
export async function pruneBuilds(distDir: string): Promise<void> {
  const names = await readdir(distDir);
  const builds = await Promise.all(
    names.map(async (name) => ({ name, atMs: await changedAtMs(path.join(distDir, name)) })),
  );
  const old = builds.toSorted((a, b) => b.atMs - a.atMs).slice(KEPT);
  await Promise.all(
    old.map(async ({ name }) => rm(path.join(distDir, name), { recursive: true, force: true })),
  );
}

/** 0 for what another caller has removed meanwhile. */
async function changedAtMs(file: string): Promise<number> {
  try {
    return (await stat(file)).mtimeMs;
  } catch {
    return 0;
  }
}
