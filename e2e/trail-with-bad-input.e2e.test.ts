import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { dieWithParent } from '@netscope/test-support';
import { isMissing, sharedRgw } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CommandLine, endOf } from './support/cli.ts';

const MAIN = path.resolve(import.meta.dirname, '../packages/app/src/main.ts');
const HOSTILE = 'audit/v1/dt=2026-11-20/hour=07/service=netscope/';
const BYTES_MAX = 256 * 1024 * 1024;
const folder = mkdtempSync(path.join(tmpdir(), 'netscope-e2e-bad-input-'));
let kept: string;
let cli: CommandLine;

/** Every command that reads a trail and answers with what it could read of it. */
const READERS: readonly (readonly string[])[] = [
  ['audit', 'cat'],
  ['audit', 'grep', '--service', 'netscope'],
  ['audit', 'query', 'select count(*) from events'],
  ['report', '--html', 'report.html'],
  ['audit', 'export', '--parquet', '--out', 'exported'],
];

beforeAll(async () => {
  const command = [MAIN, 'demo', '--port', '0', '--for', '2', '--keep'];
  const demo = spawn(...dieWithParent(process.execPath, command), {
    env: { PATH: process.env['PATH'], TMPDIR: folder },
    stdio: 'ignore',
  });
  if ((await endOf(demo)) !== 0) throw new Error('the demo did not end in order');
  const name = readdirSync(folder).find((each) => each.startsWith('netscope-demo-'));
  kept = path.join(folder, name ?? 'nowhere');
  cli = await CommandLine.on({});
}, 60_000);

afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

describe('a trail with objects in it that are none of NetScope’s', () => {
  beforeAll(async () => {
    if ((await run('audit', 'verify')).exitCode !== 0) throw new Error('it was not sound before');
    put('notes.txt', 'hello');
    put('e\u001b[31mvil\nsound: 9 events', 'hello');
    put(segment('frame'), 'no frame');
    put(segment('bomb'), zstdCompressSync(Buffer.alloc(BYTES_MAX + 1)));
    const lines = 'not JSON\n{"event_version":"2.0"}\n{"event_version":"1.0"';
    put(segment('lines'), zstdCompressSync(lines));
    put(segment('large'), '');
    truncateSync(path.join(storeFolder(), HOSTILE, segment('large')), 2 ** 31);
  });

  const told = [
    'notes.txt: no node writes a key like this',
    `${segment('frame')}: it is not one zstd frame`,
    `${segment('bomb')}: it unpacks to more than ${BYTES_MAX} bytes`,
    `${segment('lines')} line 1: it is not a JSON object`,
    `${segment('lines')} line 2: its event_version is 2.0 and this release reads 1.x`,
    `${segment('lines')} line 3: it has no newline`,
    `${segment('large')}: it has ${2 ** 31} bytes, which no segment has`,
  ];

  test.each(READERS)(
    '%s %s reads the rest, names each of them, and ends with 2',
    async (...args) => {
      const { exitCode, stdout, stderr } = await run(...args);
      expect(exitCode).toBe(2);
      expect(stdout).not.toBe('');
      for (const sentence of told) expect(stderr).toContain(sentence);
      expect(stdout + stderr).not.toContain('\u001b[31m');
      expect(stderr.split('\n')).not.toContain('sound: 9 events');
    },
  );

  test('an export of such a day is named incomplete, and nothing half-written is left', () => {
    const days = readdirSync(path.join(cli.folder, 'exported'));
    expect(days.filter((name) => !name.endsWith('.parquet'))).toEqual([]);
    const left = readdirSync(cli.folder).filter((name) => /part|^netscope-/.test(name));
    expect(left.filter((name) => name !== 'netscope.yaml')).toEqual([]);
  });

  test('ls names them by their keys, and what it would not fetch', async () => {
    const { exitCode, stdout, stderr } = await run('audit', 'ls');
    expect(exitCode).toBe(2);
    expect(stdout).toContain(segment('bomb'));
    expect(stderr).toContain('notes.txt: no node writes a key like this');
    expect(stderr).toContain(segment('large'));
  });

  test('verify finds each of them, and ends with 1', async () => {
    const { exitCode, stdout } = await run('audit', 'verify');
    expect(exitCode).toBe(1);
    for (const name of ['frame', 'bomb', 'lines', 'large']) {
      expect(stdout).toContain(`FINDING missing: node ${name}: no digest of it`);
      expect(stdout).toContain(`FINDING changed: ${HOSTILE}${segment(name)}: `);
    }
    expect(stdout).toContain(`FINDING extra: ${HOSTILE}notes.txt: `);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n')).not.toContain('sound: 9 events');
  });
});

describe.skipIf(await isMissing('rgw'))('a store that lets nobody in', () => {
  const fresh = async (change: Readonly<Record<string, string>>): Promise<CommandLine> => {
    const rgw = await sharedRgw();
    const { endpoint, accessKeyId, secretAccessKey } = rgw.address;
    const bucket = 'e2e-bad-input';
    await rgw.createBucket(bucket).catch(() => undefined);
    const keys = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
    return CommandLine.on({
      service: { data_dir: kept },
      source: { kind: 'embedded' },
      upstreams: { partner: { origin: 'http://127.0.0.1:9' } },
      routes: [{ name: 'r', topics: ['t'], upstream: 'partner', request: { path: '/' } }],
      audit: { store: 'rgw', rgw: { endpoint, bucket, ...keys, ...change } },
    });
  };

  test.each([
    { what: 'no such bucket', change: { bucket: 'e2e-nobodys' }, says: 'NoSuchBucket' },
    { what: 'a wrong secret', change: { secret_access_key: 'x' }, says: 'SignatureDoesNotMatch' },
    { what: 'nobody there', change: { endpoint: 'http://127.0.0.1:9' }, says: 'unreachable' },
  ])(
    'with $what: exit 2 of each command, a sentence, and no file',
    async ({ change, says }) => {
      await using other = await fresh(change);
      const before = readdirSync(other.folder);
      const commands = [...READERS.slice(2), ['audit', 'verify']];
      for (const args of commands) {
        const { exitCode, stdout, stderr } = await other.run(...args);
        expect({ args, exitCode }).toEqual({ args, exitCode: 2 });
        expect(stdout + stderr).toContain(says);
        expect(stderr).not.toMatch(/ {4}at /);
      }
      const left = readdirSync(other.folder).filter((name) => name !== 'exported');
      expect(left).toEqual(before);
    },
    120_000,
  );

  test('with nothing in it there is no trail: verify could not check it, the others found nothing', async () => {
    await using other = await fresh({});
    expect(await other.run('audit', 'verify')).toMatchObject({
      exitCode: 2,
      stdout: expect.stringContaining('there is no trail in bucket e2e-bad-input'),
    });
    expect(await other.run('audit', 'cat')).toMatchObject({ exitCode: 1, stdout: '' });
  });
});

function segment(node: string): string {
  return `events-${node}-000000000001abcd-000000000001-000000000003.jsonl.zst`;
}

function storeFolder(): string {
  return path.join(kept, 'audit');
}

function put(name: string, body: string | Uint8Array): void {
  mkdirSync(path.join(storeFolder(), HOSTILE), { recursive: true });
  writeFileSync(path.join(storeFolder(), HOSTILE, name), body);
}

async function run(...args: readonly string[]) {
  return cli.run(...args, '--config', path.join(kept, 'netscope.yaml'));
}
