import { execFile } from 'node:child_process';
import { access, chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';

import { pruneBuilds } from './prune-builds.ts';
import { sourceHash } from './source-hash.ts';

const PACKAGE_DIR = path.resolve(import.meta.dirname, '../..');
const DIST_DIR = path.join(PACKAGE_DIR, 'dist');
const BUILD_TIMEOUT_MS = 60_000;

const run = promisify(execFile);

/** Where the page's static files are, and whether this call built them. */
export interface DashboardBuild {
  /** Absolute; holds `index.html`. */
  readonly dir: string;
  readonly built: boolean;
}

/**
 * Builds the page unless its sources are those of an earlier build. Each build has a folder named
 * after its sources, moved into place whole, so that callers may run side by side and a server that
 * still serves an older build keeps it. Prints nothing. `signal` ends a build.
 * @throws {Error} with the bundler's words when the page cannot be built, or was not in the end.
 */
export async function ensureDashboardBuilt(signal?: AbortSignal): Promise<DashboardBuild> {
  const dir = path.join(DIST_DIR, await sourceHash(PACKAGE_DIR));
  if (await exists(path.join(dir, 'index.html'))) return { dir, built: false };
  await mkdir(DIST_DIR, { recursive: true });
  const workDir = await mkdtemp(path.join(DIST_DIR, '.building-'));
  try {
    await buildInto(workDir, signal);
    // The server may run as another user than the one who built.
    await chmod(workDir, 0o755);
    const built = await moveIntoPlace(workDir, dir);
    await pruneBuilds(DIST_DIR);
    return { dir, built };
  } finally {
    await rm(workDir, { recursive: true, force: true });
  }
}

async function buildInto(outDir: string, signal?: AbortSignal): Promise<void> {
  const entry = path.join(import.meta.dirname, 'build-page.ts');
  try {
    await run(process.execPath, [entry, outDir], {
      cwd: PACKAGE_DIR,
      timeout: BUILD_TIMEOUT_MS,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw new Error(`the dashboard could not be built: ${String(error)}`, { cause: error });
  }
}

/** False where another caller was first: its files are the same. */
async function moveIntoPlace(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (await exists(path.join(to, 'index.html'))) return false;
    throw error;
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}
