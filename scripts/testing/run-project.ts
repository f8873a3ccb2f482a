import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

import { leftOver } from './left-over.ts';
import { runInGroup } from './run-in-group.ts';
import { tallyOf, type Tally, type VitestReport } from './tally.ts';

const HEARTBEAT_MS = 30_000;
const vitest = path.join(
  path.dirname(fileURLToPath(import.meta.resolve('vitest/package.json'))),
  'vitest.mjs',
);

/** What one project's run came to. */
export interface ProjectRun {
  readonly tally: Tally;
  /** What did not pass, by name. */
  readonly leftOver: readonly string[];
}

/**
 * Runs one of vitest's projects with its live output, and adds it up. A file that runs for long
 * says so every half minute. `args` are passed on; a filter that finds nothing here is no failure.
 */
export async function runProject(project: string, args: readonly string[]): Promise<ProjectRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'netscope-test-'));
  const reportFile = path.join(folder, 'report.json');
  const startedMs = performance.now();
  const heartbeat = setInterval(() => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    process.stderr.write(`[test] ${project} has been running for ${seconds} s\n`);
  }, HEARTBEAT_MS);
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
    const selection = ['run', '--project', project, '--passWithNoTests', ...args];
    const exitCode = await runInGroup([vitest, ...selection, ...reporters]);
    const report = await readReport(reportFile);
    return {
      tally: tallyOf(report, exitCode),
      leftOver: leftOver(project, { report, exitCode }, process.cwd()),
    };
  } finally {
    clearInterval(heartbeat);
    await rm(folder, { recursive: true, force: true });
  }
}

async function readReport(file: string): Promise<VitestReport | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
