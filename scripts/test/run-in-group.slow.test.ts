import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { waitUntil } from '@netscope/test-support';
import { expect, test } from 'vitest';

const MODULE = path.resolve(import.meta.dirname, '../testing/run-in-group.ts');
/** Says its number and never yields, as a test may that is one long loop. */
const BUSY = 'process.stdout.write(`busy ${process.pid}\\n`); for (;;);';
/** Ends on SIGTERM, and leaves the other where it is. */
const LEADER = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(BUSY)}], { stdio: 'inherit' });
process.on('SIGTERM', () => process.exit(3));`;
const RUNNER = `const { runInGroup } = await import(${JSON.stringify(MODULE)});
process.exitCode = await runInGroup(['-e', ${JSON.stringify(LEADER)}]);`;

test('a signal leaves no worker behind, whatever it is busy with', async () => {
  const runner = spawn(process.execPath, ['--input-type=module', '-e', RUNNER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(runner, 'exit');
  const [line] = await once(createInterface({ input: runner.stdout }), 'line');
  const pid = Number(String(line).split(' ')[1]);
  expect(isAlive(pid)).toBe(true);
  runner.kill('SIGTERM');
  expect(await exited).toEqual([3, null]);
  await waitUntil(() => !isAlive(pid), { what: 'the busy one to be gone' });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
