import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { waitUntil } from '@netscope/test-support';
import { isMissing } from '@netscope/test-support/services';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readTrail, type StoredEvent } from './support/audit-trail.ts';
import { CommandLine, endOf } from './support/cli.ts';
import { Pipeline } from './support/pipeline.ts';
import { records } from './support/records.ts';

const RECORDS = 300;
let pipeline: Pipeline;
let cli: CommandLine;
let trail: readonly StoredEvent[];

describe.skipIf(await isMissing('kafka', 'rgw'))('an audit trail in RGW', () => {
  beforeAll(async () => {
    pipeline = await Pipeline.start();
    await pipeline.kafka.produce(pipeline.topic, records(RECORDS, 500));
    await using gateway = await pipeline.gateway();
    await waitUntil(async () => (await pipeline.kafka.lag(pipeline.group, pipeline.topic)) === 0, {
      what: 'every record to be committed',
    });
    await gateway.stop();
    trail = await readTrail(pipeline.rgw, pipeline.bucket);
    cli = await CommandLine.on(pipeline.config);
  }, 120_000);

  afterAll(async () => {
    await cli[Symbol.asyncDispose]();
    await pipeline[Symbol.asyncDispose]();
  });

  test('is listed, with the events of each object', async () => {
    const { exitCode, stdout } = await cli.run('audit', 'ls', '--json');
    expect(exitCode).toBe(0);
    const objects = lines(stdout).map((line) => JSON.parse(line));
    const keys = await pipeline.rgw.listKeys(pipeline.bucket, 'audit/v1/dt=');
    expect(objects.map(({ key }) => key)).toEqual(keys);
    expect(objects.reduce((sum, { events }) => sum + events, 0)).toBe(trail.length);
  });

  test('comes out of cat as it was written, event by event', async () => {
    const { exitCode, stdout, stderr } = await cli.run('audit', 'cat');
    expect(exitCode).toBe(0);
    expect(lines(stdout).map((line): unknown => JSON.parse(line))).toEqual(trail);
    expect(stderr).toContain(`${trail.length} events found`);
  });

  test('is searched by what the upstream saw of a call', async () => {
    const [call] = await pipeline.upstream.ledger();
    const key = call?.idempotencyKey ?? '';
    const { stdout } = await cli.run('audit', 'grep', '--json', '--idempotency-key', key);
    expect(lines(stdout)).toHaveLength(1);
    const { trace_id: traceId }: StoredEvent = JSON.parse(stdout);
    const found = await cli.run('audit', 'grep', '--trace-id', traceId, '--from', '1h');
    expect(found).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('partner-send') });
    const holders = await cli.run('audit', 'ls', '--json', '--trace-id', traceId);
    expect(lines(holders.stdout)).toHaveLength(1);
    expect(holders.stderr).toContain('"events":1');
  });

  test('tells the story of a call, as text and as a page', async () => {
    const [call] = await pipeline.upstream.ledger();
    const event = trail.find(({ idempotency_key: key }) => key === call?.idempotencyKey);
    const id = event?.request_id ?? '';
    const told = await cli.run('audit', 'timeline', '--request-id', id, '--html', 'call.html');
    expect(told.exitCode).toBe(0);
    expect(told.stdout).toMatch(/ attempt 1: responded 200 in [\d.]+ ms\n +\w+ +[·█]+ +[\d.]+ ms/);
    expect(readFileSync(join(cli.folder, 'call.html'), 'utf8')).toContain('title="wait ');
    const page = join('nowhere', 'call.html');
    const refused = await cli.run('audit', 'timeline', '--request-id', id, '--html', page);
    expect(refused).toMatchObject({ exitCode: 64, stdout: '' });
    expect(refused.stderr).toContain(`--html ${page} cannot be written`);
  });

  test('answers SQL, as a table, CSV and JSON, and leaves nothing behind', async () => {
    const sql = `select outcome, count(*) as calls from events where event_type like 'request.%' group by 1`;
    const calls = trail.filter(({ event_type: type }) => type.startsWith('request.')).length;
    expect(await cli.run('audit', 'query', sql, '--json')).toMatchObject({
      exitCode: 0,
      stdout: `{"outcome":"responded","calls":${calls}}\n`,
    });
    expect(await cli.run('audit', 'query', sql, '--csv', '--from', '1h')).toMatchObject({
      exitCode: 0,
      stdout: `outcome,calls\nresponded,${calls}\n`,
    });
    const { stdout } = await cli.run('audit', 'query', sql);
    expect(stdout).toMatch(/^outcome +calls\n-+ +-+\nresponded +\d+\n$/);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('netscope-query-'))).toEqual(
      [],
    );
  });

  test.each([
    { sql: 'select * from read_csv($$/etc/passwd$$)', says: 'sees the table events and nothing' },
    { sql: 'install httpfs', says: 'only a SELECT over the table events is answered, no LOAD' },
    { sql: 'select wrong from events', says: 'LINE 1: select wrong from events\n               ^' },
  ])('answers no SQL like $sql: exit 64, and nothing is read', async ({ sql, says }) => {
    const { exitCode, stdout, stderr } = await cli.run('audit', 'query', sql);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).not.toContain('objects');
  });

  test('has no rows for an empty range: exit 1', async () => {
    const range = ['--from', '2020-01-01', '--to', '2020-01-02'];
    const { exitCode, stderr } = await cli.run('audit', 'query', 'from events', ...range);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('0 objects in range');
    const backwards = ['--from', '2020-01-02', '--to', '2020-01-01'];
    expect(await cli.run('audit', 'query', 'from events', ...backwards)).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('--from must be before --to'),
    });
  });

  test('ends a query at Ctrl-C with 130, also in the middle of its work', async () => {
    const endless = 'select sum(a.seq * b.range) from events a, range(100000000000) b';
    const child = cli.start('audit', 'query', endless);
    const ended = endOf(child);
    await waitUntil(
      () => readdirSync(cli.folder).some((name) => name.startsWith('netscope-query-')),
      {
        what: 'the query to begin',
      },
    );
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('netscope-query-'))).toEqual(
      [],
    );
  });

  test('is summed up in a report, as Markdown, as a page and as JSON', async () => {
    const calls = trail.filter(({ event_type: type }) => type.startsWith('request.')).length;
    const told = await cli.run('report', '--from', '1h', '--html', 'report.html');
    expect(told.exitCode).toBe(0);
    expect(told.stdout).toContain(`- **${calls} calls, 0 failed** (0.0 %)`);
    expect(told.stdout).toContain('| `partner` |');
    expect(told.stdout).toContain('`system.started`');
    const page = readFileSync(join(cli.folder, 'report.html'), 'utf8');
    expect(page).toContain('<span>calls</span><strong>');
    const { stdout } = await cli.run('report', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ calls, failed: 0, events: trail.length });
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('netscope-'))).toEqual([]);
  });

  test('has no report of an empty range: exit 1, no page', async () => {
    const range = ['--from', '2020-01-01', '--to', '2020-01-02'];
    const told = await cli.run('report', ...range, '--html', 'empty.html');
    expect(told).toMatchObject({
      exitCode: 1,
      stdout: expect.stringContaining('There are no events in this range of bucket'),
    });
    expect(readdirSync(cli.folder)).not.toContain('empty.html');
  });

  test('is exported as Parquet, a file for each day, the same bytes each time', async () => {
    const days = [...new Set(trail.map(({ timestamp }) => timestamp.slice(0, 10)))].toSorted();
    const names = days.map((day) => `events-${day}.parquet`);
    const bytes: Buffer[][] = [];
    for (const out of ['first', 'second']) {
      const told = await cli.run('audit', 'export', '--parquet', '--out', out, '--json');
      expect(told.exitCode).toBe(0);
      const { files } = JSON.parse(told.stdout);
      const events = files.reduce((sum: number, file: { events: number }) => sum + file.events, 0);
      expect(events).toBe(trail.length);
      expect(readdirSync(join(cli.folder, out))).toEqual(names);
      bytes.push(names.map((name) => readFileSync(join(cli.folder, out, name))));
    }
    expect(bytes[0]?.map((file) => String(file.subarray(0, 4)))).toEqual(days.map(() => 'PAR1'));
    expect(bytes[1]).toEqual(bytes[0]);
    expect(readdirSync(cli.folder).filter((name) => name.startsWith('netscope-'))).toEqual([]);
  });

  test('is not fetched where a route group is not in it', async () => {
    const { exitCode, stderr } = await cli.run('audit', 'grep', '--json', '--route-group', 'none');
    const { objects } = JSON.parse(stderr);
    expect(exitCode).toBe(1);
    expect(objects).toMatchObject({ read: 0, skipped_by_route_group: objects.listed });
    expect(objects.listed).toBeGreaterThan(0);
  });

  test.each([
    { what: 'another bucket', rgw: { bucket: 'e2e-nobodys' }, says: 'NoSuchBucket' },
    { what: 'a wrong secret', rgw: { secret_access_key: 'wrong' }, says: 'SignatureDoesNotMatch' },
    { what: 'an unknown key', rgw: { access_key_id: 'nobody' }, says: 'InvalidAccessKeyId' },
  ])('is not read with $what: exit 2, and the store in its own word', async ({ rgw, says }) => {
    const { audit } = Object(pipeline.config);
    const config = { ...pipeline.config, audit: { ...audit, rgw: { ...audit.rgw, ...rgw } } };
    await using other = await CommandLine.on(config);
    const { exitCode, stdout, stderr } = await other.run('audit', 'cat');
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr).toContain(`bucket ${rgw.bucket ?? pipeline.bucket} at http`);
  });

  test('ends quietly where the reader of its output has left', async () => {
    const child = cli.start('audit', 'cat');
    const ended = endOf(child);
    await once(child.stdout ?? child, 'data');
    child.stdout?.destroy();
    expect(await ended).toBe(0);
  });

  test('ends at Ctrl-C with 130, also while nobody reads its output', async () => {
    const child = cli.start('audit', 'cat');
    const ended = endOf(child);
    await once(child.stdout ?? child, 'readable');
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  });
});

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
