/**
 * The fast loop. Its steps are scripts of package.json, in two lanes side by side: the crate, which is
 * half a minute's work where none of it is compiled yet, beside all else. The unit tests tell as they
 * go, every other step when it ends. Every step runs, also after one that failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

import packageJson from '../package.json' with { type: 'json' };

type Step = keyof typeof packageJson.scripts;

const LANES: readonly (readonly Step[])[] = [
  ['check:native'],
  ['lint', 'typecheck', 'unused', 'boundaries', 'format:check', 'test:unit'],
];
const TELLS_AS_IT_GOES: Step = 'test:unit';

/** The type checker and the linter end before they need 2 GiB: collecting garbage was a fifth of them. */
const env = { GOGC: 'off', GOMEMLIMIT: '2GiB', ...process.env };

const root = path.resolve(import.meta.dirname, '..');
const failed: Step[] = [];

await Promise.all(LANES.map(runLane));
console.log(failed.length === 0 ? '[check] passed' : `[check] failed: ${failed.join(', ')}`);
process.exitCode = Number(failed.length > 0);

async function runLane(lane: readonly Step[]): Promise<void> {
  for (const step of lane) await run(step);
}

async function run(step: Step): Promise<void> {
  const stdio = step === TELLS_AS_IT_GOES ? 'inherit' : 'pipe';
  const startedMs = performance.now();
  const child = spawn(packageJson.scripts[step], {
    cwd: root,
    env,
    shell: true,
    stdio: ['ignore', stdio, stdio],
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => output.push(chunk));
  }
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (status) => resolve(status ?? 1));
  });
  if (code !== 0) failed.push(step);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(output));
  console.log(`[check] ${step}: ${code === 0 ? 'passed' : 'failed'} in ${seconds} s`);
}
