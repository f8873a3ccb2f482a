import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

import { describe, expect, test } from 'vitest';

const MAIN = resolve(import.meta.dirname, '../../src/main.ts');
const EXAMPLE = resolve(import.meta.dirname, '../../../../examples/netscope.yaml');
/** It takes writes as a full disk does. */
const FULL = '/dev/full';
/** Without variables of the tests, which the configuration would not know. */
const env = { PATH: process.env['PATH'] };

describe.skipIf(!existsSync(FULL))('results that a full disk does not take', () => {
  test.each([
    { args: ['audit', 'verify', '--help'], exitCode: 2 },
    { args: ['report', '--version', '--json'], exitCode: 2 },
    { args: ['config', 'print', '--config', EXAMPLE], exitCode: 70 },
  ])('end $args with $exitCode and a sentence', async ({ args, exitCode }) => {
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, [MAIN, ...args], {
      stdio: ['ignore', full, 'pipe'],
      env,
    });
    closeSync(full);
    const stderr = child.stderr ?? Readable.from([]);
    const [told, [code]] = await Promise.all([text(stderr), once(child, 'close')]);
    expect(told).toBe(
      'netscope: standard output cannot be written: ENOSPC: no space left on device, write\n',
    );
    expect(code).toBe(exitCode);
  });

  test('change no exit code where their reader has left', async () => {
    const child = spawn(process.execPath, [MAIN, 'config', 'print', '--config', EXAMPLE], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env,
    });
    child.stdout.destroy();
    const [told, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect({ told, code }).toEqual({ told: '', code: 0 });
  });
});
