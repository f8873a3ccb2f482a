/**
 * Every proof that `pnpm test` has in a short form, in full: `--only NAME` picks parts. Writes
 * bench/results/campaign.md after each of them. Exits 0 when all passed, 1 when one failed or was
 * skipped, 64 for arguments that are not understood, 130 after a signal.
 */
import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { CAMPAIGN, type CampaignPart, chosenParts } from './campaign/parts.ts';
import { type PartResult, reportWith, type Surroundings, verdictOf } from './campaign/report.ts';
import { runPart } from './campaign/run-part.ts';

const USAGE = 64;
const INTERRUPTED = 130;
const GIB = 1024 ** 3;
const root = path.resolve(import.meta.dirname, '..');
const report = path.join(root, 'bench', 'results', 'campaign.md');

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => (interrupted = true));
}

const chosen = chosenParts(process.argv.slice(2));
if (chosen.kind === 'refused') {
  const names = CAMPAIGN.map(({ name }) => name).join(', ');
  process.stderr.write(`campaign: ${chosen.reason}; --only NAME, of ${names}\n`);
  process.exitCode = USAGE;
} else {
  const isPassed = await runAll(chosen.parts);
  process.exitCode = interrupted ? INTERRUPTED : Number(!isPassed);
}

async function runAll(parts: readonly CampaignPart[]): Promise<boolean> {
  const verdicts: string[] = [];
  for (const [index, part] of parts.entries()) {
    console.log(
      `[campaign] ${index + 1} of ${parts.length}: ${part.name}, some ${part.someMinutes} min`,
    );
    const surroundings = look();
    const run = await runPart(part);
    // What a signal cut off proved nothing either way.
    if (interrupted) return false;
    await keep({ part, ...run, surroundings });
    const verdict = verdictOf(run.tally);
    verdicts.push(verdict);
    console.log(`[campaign] ${part.name}: ${verdict} in ${Math.round(run.seconds)} s`);
  }
  const passed = verdicts.filter((verdict) => verdict === 'passed').length;
  console.log(`[campaign] ${passed} of ${parts.length} passed: bench/results/campaign.md`);
  return passed === parts.length;
}

async function keep(result: PartResult): Promise<void> {
  const before = await readFile(report, 'utf8').catch(() => '');
  const order = CAMPAIGN.map(({ name }) => name);
  await writeFile(report, reportWith(before, [result], order));
}

function look(): Surroundings {
  const cores = os.availableParallelism();
  const memory = `${Math.round(os.totalmem() / GIB)} GiB`;
  const system = `${os.type()} ${os.release().split('.').slice(0, 2).join('.')}`;
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cores} cores, ${memory}, ${system}, Node ${process.versions.node}`,
    loadBefore: os.loadavg()[0] ?? Number.NaN,
  };
}

/** Without git there is no commit to name. */
function commit(): string {
  try {
    const ask = (...args: string[]): string =>
      execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
    // What benchmarks and this command write changes no proof.
    const what = ['--', '.', ':!bench/results'];
    const isChanged = ask('status', '--porcelain', '--untracked-files=no', ...what) !== '';
    return `commit ${ask('rev-parse', '--short', 'HEAD')}${isChanged ? ' with changes' : ''}`;
  } catch {
    return 'no commit known';
  }
}
