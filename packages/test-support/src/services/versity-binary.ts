import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { withFileLock } from './file-lock.ts';
import { withProgress } from './progress.ts';
import { runCommand } from './run-command.ts';

const VERSION = 'v1.8.0';
const MODULE = 'github.com/versity/versitygw/cmd/versitygw';

const cache = path.resolve(import.meta.dirname, '../../../../.cache/versitygw');
const folder = path.join(cache, VERSION);
const binary = path.join(folder, 'versitygw');

/** The server's program; `undefined` before it was built. */
export function versityBinary(): string | undefined {
  return existsSync(binary) ? binary : undefined;
}

/**
 * Builds the server with Go into the checkout's cache, once for all test runs; some two minutes.
 * @throws {Error} with Go's own words.
 */
export async function buildVersity(): Promise<void> {
  await withFileLock(path.join(cache, 'build.lock'), async () => {
    if (existsSync(binary)) return;
    await withProgress(`building the S3 server versitygw ${VERSION} with Go`, buildInto);
  });
}

/** Into a folder beside it that then takes its name, so that half a program is never used. */
async function buildInto(): Promise<void> {
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await runCommand('go', ['install', '-ldflags=-s -w', `${MODULE}@${VERSION}`], {
    env: { GOBIN: partial },
  });
  await rm(folder, { recursive: true, force: true });
  await rename(partial, folder);
}
