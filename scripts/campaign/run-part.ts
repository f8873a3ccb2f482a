import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

import { NOTHING, type Tally } from '../testing/tally.ts';
import type { CampaignPart } from './parts.ts';
import { figuresIn } from './report.ts';

const launch = path.resolve(import.meta.dirname, '../launch.mjs');
const LAST_LINE = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gmu;

/** What one part came to. */
export interface PartRun {
  readonly tally: Tally;
  readonly seconds: number;
  readonly figures: readonly string[];
}

/** Runs one part as `pnpm test` would, its output live. A signal to this process goes on to it. */
export async function runPart(part: CampaignPart): Promise<PartRun> {
  const startedMs = performance.now();
  const args = [launch, 'test', '--project', part.project, part.file];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, [part.variable]: part.value },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    process.stdout.write(chunk);
  });
  const exitCode = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (code) => resolve(code ?? 1));
  });
  process.off('SIGTERM', forward);
  const output = Buffer.concat(chunks).toString();
  const seconds = (performance.now() - startedMs) / 1000;
  return { tally: tallyIn(output, exitCode), seconds, figures: figuresIn(output) };
}

/** A run that ended badly without a word of what failed has failed once; one that was skipped has not. */
function tallyIn(output: string, exitCode: number): Tally {
  const found = [...output.matchAll(LAST_LINE)].at(-1);
  if (found === undefined) return { ...NOTHING, failed: 1 };
  const [passed = 0, failed = 0, skipped = 0] = found.slice(1).map((digits) => Number(digits ?? 0));
  const hasFailedSilently = exitCode !== 0 && failed === 0 && passed > 0;
  return { passed, failed: hasFailedSilently ? 1 : failed, skipped };
}
