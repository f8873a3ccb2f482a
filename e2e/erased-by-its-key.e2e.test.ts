import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { CommandLine } from './support/cli.ts';
import { counterTotal } from './support/metrics.ts';
import { Pipeline } from './support/pipeline.ts';

const COUNT = 40;
const MARKER = 'jane-doe-1980-01-01';
const keyOf = (id: number): string => `${MARKER}-${id}`;

let keys: string;
let pipeline: Pipeline;
let cli: CommandLine;

describe.skipIf(await isMissing('kafka', 'rgw'))('audit.encryption, by the day', () => {
  beforeAll(async () => {
    keys = mkdtempSync(path.join(tmpdir(), 'netscope-e2e-keys-'));
    pipeline = await Pipeline.start({
      config: {
        // Nothing is committed before the kill: the journal alone knows what was done.
        source: { kafka: { commit_interval_ms: 60_000, session_timeout_ms: 6000 } },
        audit: { encryption: { key_files: [path.join(keys, 'audit-{date}.key')] } },
      },
    });
    const first = await pipeline.gateway(pipeline.folder);
    await pipeline.kafka.produce(pipeline.topic, recordsFrom(0));
    await waitUntil(
      async () =>
        counterTotal(await first.getText('/metrics'), 'netscope_audit_events_total', {
          event_type: 'request.completed',
        }) === COUNT,
      { what: 'every call to be durable' },
    );
    await first.kill();
    await using next = await pipeline.gateway(pipeline.folder);
    await pipeline.kafka.produce(pipeline.topic, recordsFrom(COUNT));
    await waitUntil(async () => (await pipeline.upstream.counts()).keys === 2 * COUNT, {
      what: 'the rest to arrive',
      timeoutMs: 60_000,
    });
    await next.stop();
    cli = await CommandLine.on(pipeline.config);
  }, 120_000);

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await pipeline[Symbol.asyncDispose]();
    rmSync(keys, { recursive: true });
  });

  test('leaves the keys as the upstream saw them in no file and no object, and calls nothing again', async () => {
    expect(await pipeline.upstream.counts()).toMatchObject({
      keys: 2 * COUNT,
      arrivals: 2 * COUNT,
    });
    const files = filesBelow(pipeline.folder);
    expect(files.length).toBeGreaterThan(5);
    expect(files.filter((file) => readFileSync(file).includes(MARKER))).toEqual([]);
    const objects = await pipeline.rgw.listKeys(pipeline.bucket, 'audit/v1/dt=');
    const bodies = await Promise.all(
      objects.map(async (key) => pipeline.rgw.getObject(pipeline.bucket, key)),
    );
    const lines = bodies.map((body) => zstdDecompressSync(body).toString('utf8')).join('');
    expect(lines).not.toContain(MARKER);
    expect(lines.match(/"encrypted":\{"fields":\["idempotency_key"/g)).toHaveLength(2 * COUNT);
  });

  test('is read back where the key is, by every command', async () => {
    const wanted = ['--idempotency-key', keyOf(7)];
    const cat = await cli.run('audit', 'cat', ...wanted);
    expect(cat).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(keyOf(7)) });
    const event = JSON.parse(cat.stdout);
    expect(event.encrypted).toBeUndefined();
    expect(event.upstream.remote_address).toBe('127.0.0.1');
    const story = await cli.run('audit', 'timeline', '--request-id', event.request_id);
    expect(story.stdout).toContain(keyOf(7));
    const sql = `select count(distinct idempotency_key) as keys from events where idempotency_key like '${MARKER}%'`;
    const { stdout } = await cli.run('audit', 'query', sql, '--json');
    expect(stdout).toBe(`{"keys":${2 * COUNT}}\n`);
  });

  test('says what it needs where the key is not, and never that there is nothing', async () => {
    const other = path.join(keys, 'other.key');
    writeFileSync(other, randomBytes(32).toString('base64'), { mode: 0o600 });
    const withOther = ['--key-file', other];
    const grep = await cli.run('audit', 'grep', '--idempotency-key', keyOf(7), ...withOther);
    expect(grep).toMatchObject({ exitCode: 2, stdout: '' });
    expect(grep.stderr).toMatch(
      /80 events of \S+ keep idempotency_key, upstream\.remote_address encrypted: none of the key files at hand is key [0-9a-f]{16}/,
    );
    expect(grep.stderr).toContain('80 events could match: what is looked for is encrypted in them');
    const sql = `select distinct idempotency_key, encrypted_fields from events where event_type = 'request.completed'`;
    const query = await cli.run('audit', 'query', sql, '--json', ...withOther);
    expect(query).toMatchObject({
      exitCode: 0,
      stdout: `{"idempotency_key":"encrypted","encrypted_fields":["idempotency_key","upstream.remote_address"]}\n`,
    });
    const absent = await cli.run('audit', 'cat', '--key-file', path.join(keys, 'absent'));
    expect(absent).toMatchObject({ exitCode: 2, stdout: '' });
    expect(absent.stderr).toContain('the key file cannot be used: there is no file');
  });

  test('is erased with the file of its day: unreadable for ever, and proved as before', async () => {
    expect(await verify()).toMatchObject({ exitCode: 0 });
    for (const name of readdirSync(keys)) rmSync(path.join(keys, name));
    const cat = await cli.run('audit', 'cat');
    expect(cat.exitCode).toBe(0);
    expect(cat.stdout).not.toContain(MARKER);
    expect(cat.stderr).toContain('80 of them with encrypted fields that no key opens');
    expect(await cli.run('audit', 'grep', '--idempotency-key', keyOf(7))).toMatchObject({
      exitCode: 2,
    });
    expect(await verify()).toMatchObject({ exitCode: 0 });
  });

  async function verify() {
    const folder = path.join(pipeline.folder, 'data', 'keys');
    const name = readdirSync(folder).find((one) => one.endsWith('.pub.pem')) ?? '';
    return cli.run('audit', 'verify', '--public-key', path.join(folder, name));
  }
});

function recordsFrom(start: number) {
  return Array.from({ length: COUNT }, (_, index) => ({
    key: `order-${start + index}`,
    value: '{}',
    headers: { 'netscope-idempotency-key': keyOf(start + index) },
  }));
}

function filesBelow(root: string): readonly string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names.map((name) => path.join(root, name)).filter((file) => statSync(file).isFile());
}
