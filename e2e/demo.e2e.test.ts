import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';

import { waitUntil } from '@netscope/test-support';
import { HeadlessChromium, isMissing } from '@netscope/test-support/services';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../packages/app/src/main.ts');

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
  rmSync(temporary, { recursive: true, force: true });
});

/** Where they keep what they need while they run. */
let temporary: string;

beforeEach(() => {
  temporary = mkdtempSync(path.join(tmpdir(), 'netscope-e2e-demo-'));
});

function startDemo(...args: string[]): {
  child: ChildProcess;
  lines: string[];
  ended: Promise<number>;
} {
  const child = spawn(process.execPath, [MAIN, 'demo', '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: temporary },
  });
  running.add(child);
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  }
  const ended = new Promise<number>((resolve) => {
    child.once('close', (code) => resolve(code ?? 128));
  });
  return { child, lines, ended };
}

interface StateAnswer {
  readonly data: { readonly upstreams: Record<string, { readonly circuit: { state: string } }> };
}

const parse = (text: string): StateAnswer => JSON.parse(text);

function demoFolders(): readonly string[] {
  const names = readdirSync(temporary).filter((name) => name.startsWith('netscope-demo-'));
  return names.map((name) => path.join(temporary, name));
}

function addressIn(lines: readonly string[]): string | undefined {
  return lines.map((line) => /http:\/\/127\.0\.0\.1:\d+\//u.exec(line)?.[0]).find(Boolean);
}

test(
  'the demo ends by itself after --for seconds, with 0, and says what became of its records',
  { timeout: 60_000 },
  async () => {
    const { lines, ended } = startDemo('--for', '3', '--rate', '50');
    expect(await ended).toBe(0);
    const told = lines.join('\n');
    const [, generated, delivered, parked, pending] =
      /generated (\d+): delivered (\d+), parked (\d+), still pending (\d+)/u.exec(told) ?? [];
    expect(Number(generated)).toBeGreaterThan(100);
    expect(Number(delivered) + Number(parked) + Number(pending)).toBe(Number(generated));
    expect(told).toMatch(/audit events stored [1-9]\d*, spooled 0/u);
    expect(demoFolders()).toEqual([]);
  },
);

test(
  'the demo leaves its folder with --keep, and its trail is sound',
  { timeout: 60_000 },
  async () => {
    const { lines, ended } = startDemo('--for', '1', '--keep');
    expect(await ended).toBe(0);
    const [folder = ''] = demoFolders();
    expect(lines.at(-1)).toContain(folder);
    const verify = ['audit', 'verify', '--config', path.join(folder, 'netscope.yaml')];
    const env = { PATH: process.env['PATH'] };
    expect(spawnSync(process.execPath, [MAIN, ...verify], { env }).status).toBe(0);
  },
);

test('Ctrl-C drains the demo and ends with 0', { timeout: 60_000 }, async () => {
  const { child, lines, ended } = startDemo();
  await waitUntil(() => addressIn(lines), { what: 'the address of the page' });
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  expect(lines.join('\n')).toContain('delivered');
  expect(demoFolders()).toEqual([]);
});

describe.skipIf(await isMissing('chromium'))('the page of the demo', () => {
  test(
    'shows calls, and a circuit that opens and closes in each round',
    { timeout: 90_000 },
    async () => {
      const { lines } = startDemo();
      const address = await waitUntil(() => addressIn(lines), { what: 'the address of the page' });
      await using chromium = await HeadlessChromium.start();
      const page = await chromium.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(address);
      await page.getByText(/open/iu).first().waitFor({ timeout: 20_000 });
      const states = new Set<string>();
      await waitUntil(
        async () => {
          const answer = await fetch(`${address}v1/resilience/state`);
          const { data } = parse(await answer.text());
          states.add(data.upstreams['partner']?.circuit.state ?? '');
          return states.has('open') && states.has('closed');
        },
        { what: 'the circuit to open and close', timeoutMs: 25_000 },
      );
      expect(errors).toEqual([]);
    },
  );
});
