import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';

import { withFileLock } from './file-lock.ts';
import { withProgress } from './progress.ts';
import { runCommand } from './run-command.ts';

const APT_GET = '/usr/bin/apt-get';
const LOCK_TIMEOUT_S = 900;
const UPDATE_TRIES = 5;

let updated = false;

/** Packages can be installed here: it is Debian or a child of it, and this is root. */
export function canInstallPackages(): boolean {
  return existsSync(APT_GET) && process.getuid?.() === 0;
}

/**
 * Installs Debian packages. Two runs at once spoil each other's downloads, so each has its own
 * archive folder and they wait for each other.
 * @throws {Error} with apt-get's own words.
 */
export async function installPackages(packages: readonly string[]): Promise<void> {
  await withFileLock(path.join(tmpdir(), 'netscope-apt.lock'), async () => {
    await withProgress(`installing ${packages.join(' ')} with apt-get`, async () => {
      if (!updated) await updateLists();
      updated = true;
      await install(packages);
    });
  });
}

async function install(packages: readonly string[]): Promise<void> {
  const archives = await mkdtemp(path.join(tmpdir(), 'netscope-apt-'));
  try {
    await mkdir(path.join(archives, 'partial'));
    await runCommand(
      APT_GET,
      [
        '-q',
        '-o',
        `Dir::Cache::archives=${archives}`,
        '-o',
        `DPkg::Lock::Timeout=${LOCK_TIMEOUT_S}`,
        'install',
        '-y',
        '--no-install-recommends',
        ...packages,
      ],
      { env: { DEBIAN_FRONTEND: 'noninteractive' } },
    );
  } finally {
    await rm(archives, { recursive: true, force: true });
  }
}

/** The lock on the lists is not waited for by apt-get itself, so it is tried again. */
async function updateLists(): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await runCommand(APT_GET, ['-q', 'update']);
      return;
    } catch (error) {
      if (tries === UPDATE_TRIES) throw error;
      await delay(3000);
    }
  }
}
