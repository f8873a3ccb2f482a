import { type ChildProcess, spawn } from 'node:child_process';
import process from 'node:process';

import { dieWithParent } from '@netscope/test-support';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs a program of Node in a process group of its own; answers its exit code. Signals to this
 * process go on to the program, which then ends by itself; what it leaves behind in its group (a
 * worker in a test that never yields) is killed once it has. It does not
 * outlive this process.
 */
export async function runInGroup(args: readonly string[]): Promise<number> {
  const child = spawn(...dieWithParent(process.execPath, args), {
    stdio: ['ignore', 'inherit', 'inherit'],
    // Groups are POSIX; elsewhere this would open a window.
    detached: process.platform !== 'win32',
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(1));
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, forward);
    killGroup(child);
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined || process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it, as it should be.
  }
}
