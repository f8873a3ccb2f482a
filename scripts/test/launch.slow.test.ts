import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';

import { describe, expect, it } from 'vitest';

const LAUNCH = path.resolve(import.meta.dirname, '../launch.mjs');

/** Runs the launcher, in a Node that says it is `version`. */
function launch(args: readonly string[], version = process.versions.node): Ended {
  const versions = JSON.stringify({ ...process.versions, node: version });
  const preload = `data:text/javascript,Object.defineProperty(process,'versions',{value:${versions}})`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', preload, LAUNCH, ...args],
    { encoding: 'utf8' },
  );
  return { status, stdout, stderr };
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('the launcher', () => {
  it('runs a command in its place and ends with its exit code', () => {
    expect(launch(['netscope', '--version'])).toMatchObject({ status: 0, stderr: '' });
    expect(launch(['netscope', 'nonsense'])).toMatchObject({ status: 64, stdout: '' });
  });

  it('ends an older Node than 24 with one sentence that has two remedies', () => {
    const { status, stdout, stderr } = launch(['demo'], '20.20.2');
    expect(status).toBe(69);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^NetScope needs Node 24 or later and this is 20\.20\.2: .*\n$/u);
    expect(stderr).toContain('install Node 24, or use Linux on x64 or arm64');
  });

  it.each([[['nonsense']], [[]]])('names the commands when there is none called %j', (args) => {
    const { status, stderr } = launch(args);
    expect(status).toBe(64);
    expect(stderr).toContain('there are demo, netscope, test');
  });
});
