import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';

import { dieWithParent } from '@netscope/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { writeLargeTrail } from '../../support/large-trail.ts';

/** A minute and a half; the campaign reads ten million. */
const EVENTS = Number(process.env['NETSCOPE_TRAIL_EVENTS'] ?? 250_000);
const RSS_MAX_MIB = 1100;
const MIB = 1024 * 1024;
const NEWLINE = 0x0a;
const MAIN = resolve(import.meta.dirname, '../../../src/main.ts');
const EXAMPLE = resolve(import.meta.dirname, '../../../../../examples/netscope.yaml');
const TIMEOUT_MS = 1_800_000;

const folder = mkdtempSync(join(tmpdir(), 'netscope-large-trail-'));

beforeAll(() => {
  const store = join(folder, 'store');
  const bytes = writeLargeTrail(store, EVENTS);
  process.stdout.write(`[figure] ${EVENTS} events of ${Math.round(bytes / EVENTS)} bytes\n`);
  const audit = JSON.stringify({ store: 'directory', directory: { path: store } });
  const yaml = readFileSync(EXAMPLE, 'utf8').replace(
    /^audit:[^]*?^shutdown:/mu,
    `audit: ${audit}\nshutdown:`,
  );
  writeFileSync(join(folder, 'netscope.yaml'), yaml);
}, TIMEOUT_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe(`a trail of ${EVENTS} events is read in bounded memory`, () => {
  test(
    'by a query of a few columns',
    async () => {
      const sql = `select upstream, count(*) as calls, max(latency_ms) as slowest from events
        where event_type = 'request.failed' group by upstream order by upstream`;
      const rows = (await run('audit', 'query', sql, '--json')).trim().split('\n');
      expect(rows).toHaveLength(7);
      const calls = rows.reduce((sum, row) => sum + Number(JSON.parse(row).calls), 0);
      expect(calls).toBe(Math.floor(EVENTS / 20));
    },
    TIMEOUT_MS,
  );

  test(
    'by a query that groups by a key of each event',
    async () => {
      const sql = 'select count(*) as keys from (select distinct idempotency_key from events)';
      expect(JSON.parse(await run('audit', 'query', sql, '--json'))).toEqual({ keys: EVENTS });
    },
    TIMEOUT_MS,
  );

  test(
    'by a report',
    async () => {
      const report = JSON.parse(await run('report', '--json', '--html', 'report.html'));
      expect(report).toMatchObject({
        calls: EVENTS,
        failed: Math.floor(EVENTS / 20),
        upstreams: { total: 7 },
      });
    },
    TIMEOUT_MS,
  );

  test(
    'by an export',
    async () => {
      const { files } = JSON.parse(
        await run('audit', 'export', '--parquet', '--out', 'out', '--json'),
      );
      expect(files.reduce((sum: number, { events }: { events: number }) => sum + events, 0)).toBe(
        EVENTS,
      );
    },
    TIMEOUT_MS,
  );

  test(
    'line by line',
    async () => {
      let lines = 0;
      const count = (chunk: Buffer): void => void (lines += newlinesIn(chunk));
      await runInto(count, 'audit', 'cat');
      expect(lines).toBe(EVENTS);
    },
    TIMEOUT_MS,
  );

  test.each(['grep', 'timeline'])(
    'by a %s for one request',
    async (command) => {
      const id = `00000000-0000-4000-8000-${String(EVENTS - 7).padStart(12, '0')}`;
      expect(await run('audit', command, '--request-id', id)).toContain(id);
    },
    TIMEOUT_MS,
  );

  test.each([
    ['a query of whole lines', ['audit', 'query', 'select count(distinct event) from events']],
    ['a report', ['report', '--html', 'cut.html']],
    ['an export', ['audit', 'export', '--parquet', '--out', 'cut']],
  ])(
    'by %s, ended by Ctrl-C with 130 and nothing left behind',
    async (_, args) => {
      const cut = join(folder, 'cut');
      mkdirSync(cut, { recursive: true });
      const child = start(...args);
      const ended = once(child, 'exit');
      while (begun().length === 0 && child.exitCode === null) {
        await new Promise((done) => setTimeout(done, 20));
      }
      child.kill('SIGINT');
      expect(await ended).toEqual([130, null]);
      expect(begun()).toEqual([]);
      expect(readdirSync(folder)).not.toContain('cut.html');
      expect(readdirSync(cut)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});

/** What commands under way keep in the temporary folder. */
function begun(): readonly string[] {
  return readdirSync(folder).filter((name) => name.startsWith('netscope-'));
}

function start(...args: readonly string[]): ChildProcess {
  return spawn(...dieWithParent(process.execPath, ['--max-semi-space-size=32', MAIN, ...args]), {
    cwd: folder,
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

async function run(...args: readonly string[]): Promise<string> {
  const chunks: Buffer[] = [];
  await runInto((chunk) => void chunks.push(chunk), ...args);
  return Buffer.concat(chunks).toString();
}

/** Runs a command, and holds the most memory that it had against the bound. */
async function runInto(take: (chunk: Buffer) => void, ...args: readonly string[]): Promise<void> {
  const startedMs = performance.now();
  const child = start(...args);
  const ended = once(child, 'exit');
  let rssMib = 0;
  let spillMib = 0;
  const watch = setInterval(() => {
    rssMib = Math.max(rssMib, peakMib(child.pid));
    spillMib = Math.max(spillMib, spilledMib());
  }, 100);
  if (child.stdout === null) throw new Error('the child has no pipe');
  child.stdout.on('data', take);
  const drained = once(child.stdout, 'end');
  expect(await ended).toEqual([0, null]);
  await drained;
  clearInterval(watch);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(
    `[figure] ${args.slice(0, 2).join(' ').slice(0, 30)}: ${seconds} s, RSS at most ${rssMib.toFixed(0)} MiB, spilled ${spillMib.toFixed(0)} MiB\n`,
  );
  expect(rssMib).toBeGreaterThan(50);
  expect(rssMib).toBeLessThan(RSS_MAX_MIB);
}

function newlinesIn(chunk: Buffer): number {
  let many = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) many += 1;
  return many;
}

function peakMib(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function spilledMib(): number {
  const sizes = begun().flatMap((name) => {
    try {
      return readdirSync(join(folder, name)).map((file) => sizeOf(join(folder, name, file)));
    } catch {
      return [];
    }
  });
  return sizes.reduce((sum, size) => sum + size, 0) / MIB;
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
