import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

import { afterAll, expect, test } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');

/** Warned of: a POST that may be repeated, and nobody chose that. No broker is there. */
const CONFIG = {
  http: { port: 0 },
  source: { kafka: { brokers: ['127.0.0.1:1'], start_budget_ms: 1000 } },
  upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
  routes: [{ name: 'r', topics: ['t'], upstream: 'partner', request: { path: '/' } }],
  audit: { store: 'directory' },
};

const folder = mkdtempSync(path.join(tmpdir(), 'netscope-warnings-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function stderrOf(...args: readonly string[]): Promise<readonly string[]> {
  const env = { PATH: process.env['PATH'] };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: folder, env }, (_error, _out, told) =>
      resolve(told.trimEnd().split('\n')),
    );
  });
}

test('a run tells the warnings of its configuration, with --json as lines of JSON', async () => {
  writeFileSync(path.join(folder, 'netscope.yaml'), JSON.stringify(CONFIG));
  const [plain] = await stderrOf('run');
  expect(plain).toMatch(
    /^netscope: warning: netscope\.yaml:1: routes\.0\.idempotency\.honoured: /u,
  );
  const told = (await stderrOf('run', '--json')).map((line): unknown => JSON.parse(line));
  expect(told).toContainEqual({ note: plain });
});
