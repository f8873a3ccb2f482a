import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Config, loadConfig } from '@netscope/config';
import { callLine, realClock, realTimers, SeededRandom, writeTrail } from '@netscope/test-support';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';

import type { AuditContext } from '../../../src/commands/audit/audit-context.ts';
import { auditExport } from '../../../src/commands/audit/audit-export.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscope-export-test-'));
const store = join(folder, 'store');
const out = join(folder, 'out');
let config: Config;

beforeAll(() => {
  const days = ['2026-11-20T23:59:59.999Z', '2026-11-21T00:00:00.000Z', '2026-11-22T10:00:00.000Z'];
  writeTrail(
    store,
    days.map((at, request) => callLine({ at, request, status: 200, latencyMs: 5 })),
  );
  const file = join(folder, 'netscope.yaml');
  const yaml = { audit: { store: 'directory', directory: { path: store } } };
  const example = readFileSync(
    new URL('../../../../../examples/netscope.yaml', import.meta.url),
    'utf8',
  );
  writeFileSync(
    file,
    example.replace(/^audit:[^]*?^shutdown:/mu, `audit: ${JSON.stringify(yaml.audit)}\nshutdown:`),
  );
  ({ config } = loadConfig({ file, env: {}, cwd: folder }));
});

afterEach(() => rmSync(out, { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number;
  readonly result: unknown;
  readonly summary: string;
}

async function run(
  options: AuditContext['options'],
  signal = new AbortController().signal,
): Promise<Ended> {
  let result: unknown;
  let summary = '';
  const exitCode = await auditExport(config, {
    command: 'audit export',
    operand: undefined,
    options: { parquet: true, out: 'out', ...options },
    cwd: folder,
    edges: { clock: realClock, timers: realTimers, random: new SeededRandom(1) },
    output: {
      result: ({ json }) => (result = json),
      note: () => undefined,
      summary: ({ text }) => (summary = text),
    },
    stdout: () => {
      throw new Error('an export has no rows');
    },
    signal,
  });
  return { exitCode, result, summary };
}

describe('an export to Parquet', () => {
  test('has a file for each day, and nothing else', async () => {
    expect(await run({})).toMatchObject({
      exitCode: 0,
      result: {
        folder: out,
        files: [
          { file: join(out, 'events-2026-11-20.parquet'), events: 1, complete: true },
          { file: join(out, 'events-2026-11-21.parquet'), events: 1 },
          { file: join(out, 'events-2026-11-22.parquet'), events: 1 },
        ],
      },
    });
    expect(readdirSync(out)).toEqual(
      ['20', '21', '22'].map((day) => `events-2026-11-${day}.parquet`),
    );
    const bytes = readFileSync(join(out, 'events-2026-11-21.parquet'));
    expect([bytes.subarray(0, 4), bytes.subarray(-4)].map(String)).toEqual(['PAR1', 'PAR1']);
  });

  test('makes the same bytes when it is done again', async () => {
    await run({ from: '2026-11-21', to: '2026-11-22' });
    expect(readdirSync(out)).toEqual(['events-2026-11-21.parquet']);
    const before = readFileSync(join(out, 'events-2026-11-21.parquet'));
    await run({ from: '2026-11-21', to: '2026-11-22' });
    expect(readFileSync(join(out, 'events-2026-11-21.parquet')).equals(before)).toBe(true);
  });

  test('says by the name of a file that not all of its day could be read, and replaces no whole one', async () => {
    await run({});
    const whole = readFileSync(join(out, 'events-2026-11-22.parquet'));
    const alien = join(store, 'audit/v1/dt=2026-11-22/hour=10/service=shop/notes.txt');
    writeFileSync(alien, 'hello');
    const { exitCode, summary } = await run({});
    expect(exitCode).toBe(2);
    expect(summary).toContain('1 objects or lines could not be used');
    expect(readdirSync(out)).toEqual([
      'events-2026-11-20.parquet',
      'events-2026-11-21.parquet',
      'events-2026-11-22.incomplete.parquet',
      'events-2026-11-22.parquet',
    ]);
    expect(readFileSync(join(out, 'events-2026-11-22.parquet')).equals(whole)).toBe(true);
    rmSync(alien);
    expect((await run({})).exitCode).toBe(0);
    expect(readdirSync(out)).toHaveLength(3);
  });

  test('leaves nothing where a signal ends it: exit 130', async () => {
    const abort = new AbortController();
    abort.abort();
    expect(await run({}, abort.signal)).toMatchObject({ exitCode: 130 });
    expect(existsSync(out)).toBe(false);
  });

  test('has no file for a range without events: exit 1', async () => {
    const empty = { from: '2020-01-01', to: '2020-01-02' };
    expect(await run(empty)).toMatchObject({ exitCode: 1 });
    expect(existsSync(out)).toBe(false);
    mkdirSync(out);
    expect(await run(empty)).toMatchObject({ exitCode: 1 });
    expect(readdirSync(out)).toEqual([]);
  });

  test.each([
    [{ parquet: false }, 'needs --parquet'],
    [{ out: '' }, 'needs --out DIR'],
    [{ from: '2026-11-21T12:00:00Z' }, 'writes whole days'],
    [{ to: '90m' }, 'writes whole days'],
    [{ from: '2026-11-22', to: '2026-11-21' }, '--from must be before --to'],
    [{ out: 'netscope.yaml' }, '--out netscope.yaml cannot be written to'],
    [{ out: 'no/such/folder' }, '--out no/such/folder cannot be written to'],
    [{ out: '/proc/netscope' }, '--out /proc/netscope cannot be written to'],
  ])('is refused with %j before anything is read', async (options, says) => {
    await expect(run(options)).rejects.toThrow(says);
  });
});
