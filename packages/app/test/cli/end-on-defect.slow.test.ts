import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';

import { afterAll, beforeAll, expect, test } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');
const EXAMPLE = path.resolve(import.meta.dirname, '../../../../examples/netscope.yaml');
/** More than a pipe holds. */
const VALUE_CHARS = 300_000;

const folder = mkdtempSync(path.join(tmpdir(), 'netscope-defect-test-'));

beforeAll(() => {
  const defect = "setTimeout(() => { throw new TypeError('nobody caught this'); }, 500);";
  writeFileSync(path.join(folder, 'defect.mjs'), defect);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Waits for a record on standard input. */
function routesTest(more: readonly string[], nodeOptions = ''): ChildProcessWithoutNullStreams {
  const args = [MAIN, 'routes', 'test', '--config', EXAMPLE, '--record', '-', ...more];
  const env = { PATH: process.env['PATH'], NODE_OPTIONS: nodeOptions };
  const child = spawn(process.execPath, args, { env });
  // It may be gone before it was handed anything.
  child.stdin.on('error', () => undefined);
  return child;
}

async function endOf(child: ChildProcessWithoutNullStreams) {
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [exitCode]: unknown[] = await closed;
  return { exitCode, stdout, stderr };
}

test('what nobody caught ends a command with 70, told as any other failure', async () => {
  const nodeOptions = `--import=${path.join(folder, 'defect.mjs')}`;
  const [plain, json] = await Promise.all([
    endOf(routesTest([], nodeOptions)),
    endOf(routesTest(['--json'], nodeOptions)),
  ]);
  expect(plain).toMatchObject({ exitCode: 70, stdout: '' });
  expect(plain.stderr).toMatch(/^netscope: TypeError: nobody caught this\n/u);
  expect(json).toMatchObject({ exitCode: 70, stderr: '' });
  expect(JSON.parse(json.stdout)).toMatchObject({
    error: { code: 'DEFECT', message: expect.stringContaining('nobody caught this') },
  });
});

test('a reader that leaves in the middle of a result is no defect', async () => {
  const child = routesTest([]);
  child.stdout.once('data', () => child.stdout.destroy());
  const value = { order: { id: 'x' }, more: 'y'.repeat(VALUE_CHARS) };
  child.stdin.end(JSON.stringify({ topic: 'netscope.ingress', value }));
  const [told, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  // On a busy machine the record takes more than a second to come.
  expect({ told: told.replace(/^reading records\n/u, ''), exitCode }).toEqual({
    told: '',
    exitCode: 0,
  });
});
