/**
 * The fast loop. Its steps are scripts of package.json: those that use one core side by side, each
 * one's output whole when it ends, and then the unit tests on all cores. Every step runs, also after
 * one that failed.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

import packageJson from '../package.json' with { type: 'json' };

type Step = keyof typeof packageJson.scripts;

const LANES: readonly (readonly Step[])[] = [
  ['lint', 'typecheck', 'unused', 'boundaries', 'format:check'],
  ['check:native'],
];

const root = path.resolve(import.meta.dirname, '..');
const failed: Step[] = [];

await Promise.all(LANES.map(runLane));
await run('test:unit', 'inherit');
console.log(failed.length === 0 ? '[check] passed' : `[check] failed: ${failed.join(', ')}`);
process.exitCode = Number(failed.length > 0);

async function runLane(lane: readonly Step[]): Promise<void> {
  for (const step of lane) await run(step, 'pipe');
}

async function run(step: Step, stdio: 'inherit' | 'pipe'): Promise<void> {
  const startedMs = performance.now();
  const child = spawn(packageJson.scripts[step], {
    cwd: root,
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
