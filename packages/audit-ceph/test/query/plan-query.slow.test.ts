import { existsSync, readdirSync } from 'node:fs';

import { INCIDENT, type TrailLine, writeTrail } from '@netscope/test-support';
import { afterAll, describe, expect, test } from 'vitest';

import { EventDatabase, planQuery, SqlError } from '../../src/query.ts';
import { SqlDatabase } from '../../src/query/duckdb.ts';
import { EVENT_COLUMNS } from '../../src/query/event-columns.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { eventsBelow } from './events-below.ts';

const { signal } = new AbortController();
const directory = new TestDirectory();
const OUT = `${directory.path}/out`;

afterAll(() => directory[Symbol.dispose]());

describe('SQL that does more than read the table', () => {
  test.each([
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from read_blob('/etc/passwd')",
    "select * from read_json('/etc/passwd')",
    "select * from read_json_auto('/etc/passwd')",
    "select * from parquet_scan('/etc/passwd')",
    "select * from parquet_metadata('/etc/passwd')",
    "select * from glob('/etc/*')",
    "select * from sniff_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from 'https://127.0.0.1/x.parquet'",
    "select * from read_csv('https://127.0.0.1/x.csv')",
    "select * from read_text(current_setting('temp_directory') || '/*')",
    "select * from query('select * from read_text(''/etc/passwd'')')",
    "select * from sqlite_scan('/etc/passwd', 't')",
    "select getenv('HOME')",
    `copy events to '${OUT}'`,
    `copy (select 1) to '${OUT}' (format parquet)`,
    "copy events from '/etc/passwd'",
    `export database '${OUT}'`,
    `import database '${OUT}'`,
    `attach '${OUT}' as other`,
    "attach ':memory:' as other",
    'install httpfs',
    'force install httpfs',
    'load httpfs',
    "load '/tmp/x.duckdb_extension'",
    "set memory_limit = '100GB'",
    'set enable_external_access = true',
    'reset memory_limit',
    "pragma memory_limit = '100GB'",
    'set variable x = 1',
    'create table t as select 1',
    'create secret (type s3)',
    "insert into stored_events (route) values ('x')",
    'delete from stored_events',
    'update stored_events set route = null',
    'drop view events',
    'drop table stored_events',
    'explain analyze install httpfs',
    'explain select 1',
    'prepare p as select 1',
    'call pragma_version()',
    'checkpoint',
    'begin',
    'use memory',
    'select 1; select 2',
    'select 1; install httpfs',
    'select $1',
    'select ?',
    '',
    ' \n',
  ])('is refused before anything is read: %s', async (sql) => {
    // Some of these are refused only when they run; none may get so far with data.
    await expect(answer(sql)).rejects.toThrow(SqlError);
    expect(existsSync(OUT)).toBe(false);
  });

  test.each([
    ["select * from read_csv('/etc/passwd')", 'A query sees the table events and nothing else.'],
    ['install httpfs', 'only a SELECT over the table events is answered, no LOAD'],
    ['select 1; select 2', 'the SQL must be one statement'],
    ['select $1', 'the SQL has a parameter'],
    ['', 'there is no SQL'],
  ])('is told in a sentence: %s', async (sql, says) => {
    await expect(planQuery(sql, signal)).rejects.toThrow(says);
  });
});

describe('SQL that is wrong', () => {
  test.each([
    [
      'select upstrem from events',
      /Referenced column "upstrem" not found .+\nCandidate bindings: "upstream".+\nLINE 1: select upstrem from events\n +\^/su,
    ],
    ['selct 1', /^Parser Error: syntax error at or near "selct"\nLINE 1: selct 1\n {8}\^$/u],
    ['select * from evnts', /Table with name evnts does not exist!\nDid you mean "events"/u],
    ['select route from\nevents where foo', /LINE 2: events where foo\n {21}\^$/u],
    ['--', /./u],
  ])('names the place: %s', async (sql, says) => {
    await expect(planQuery(sql, signal)).rejects.toThrow(says);
    await expect(planQuery(sql, signal)).rejects.toMatchObject({ reason: 'wrong' });
  });

  test('is told also where only the data shows it, with the advice on settings left out', async () => {
    writeTrail(`${directory.path}/incident`, INCIDENT);
    await expect(answer('select route::int from events', 'incident')).rejects.toThrow(
      /^Conversion Error: Could not convert string 'orders-send' to INT32.+\nLINE 1/u,
    );
  });
});

describe('the columns that a statement reads', () => {
  test.each([
    ['select count(*) from events', []],
    ['select 1', []],
    [
      'select route from events where status_code = 200 order by seq',
      ['seq', 'route', 'status_code'],
    ],
    ['from events select max(latency_ms) filter (where tries > 1)', ['latency_ms', 'tries']],
    ['with a as (select node, epoch from events) select node from a', ['node']],
    [
      'select a.route from events a join events b on a.trace_id = b.span_id',
      ['trace_id', 'span_id', 'route'],
    ],
    ['select route from events where false', ['route']],
    ["select columns('^upstream') from events", ['upstream', 'upstream_host', 'upstream_port']],
    ["select event ->> '$.a' from events", ['event']],
    [
      'select lag(seq) over (partition by node order by epoch) from events',
      ['node', 'epoch', 'seq'],
    ],
    [
      'select (select max(tries) from events e where e.node = events.node) from events',
      ['node', 'tries'],
    ],
  ])('are found: %s', async (sql, names) => {
    expect((await planQuery(sql, signal)).map(({ name }) => name)).toEqual(names);
  });

  test.each([
    'from events',
    'select events from events',
    'summarize events',
    'select hash(events) from events',
  ])('are all of them: %s', async (sql) => {
    expect(await planQuery(sql, signal)).toHaveLength(EVENT_COLUMNS.length);
  });

  test('are told by describe, although none is read', async () => {
    const rows = await answer('describe events', 'incident');
    expect(rows.map(([name, type]) => [name, type])).toEqual(
      EVENT_COLUMNS.map(({ name, type }) => [name, type]),
    );
  });
});

describe('what a trail holds', () => {
  test('comes out as it went in, whatever it is', async () => {
    const hostile = [
      '\u0000\u001B[31m',
      "'; drop table events; --",
      '💥\uD800',
      '"\\',
      'x'.repeat(100_000),
    ];
    writeTrail(`${directory.path}/hostile`, [
      {
        event_type: 'request.failed',
        timestamp: '2026-11-21T12:00:00.123Z',
        route: hostile[0],
        route_group: hostile[1],
        method: hostile[2],
        trace_id: hostile[3],
        idempotency_key: hostile[4],
        source: { offset: '9223372036854775807', partition: 2 ** 31 },
        upstream: { status_code: '200', latency_ms: 1.5, name: ['x'] },
        facts: { __proto__: null, a: [null, { b: hostile[0] }] },
      } satisfies TrailLine,
    ]);
    const sql = `select route, route_group, method, trace_id, idempotency_key, timestamp, source_offset,
      source_partition, status_code, latency_ms, upstream, facts, seq from events`;
    expect(await answer(sql, 'hostile')).toEqual([
      [
        hostile[0],
        hostile[1],
        '💥\uFFFD',
        hostile[3],
        hostile[4],
        '2026-11-21T12:00:00.123Z',
        '9223372036854775807',
        null,
        null,
        1.5,
        null,
        { a: [null, { b: hostile[0] }] },
        1,
      ],
    ]);
  });

  test('is not seen through a column that was not loaded: that is an error and no NULL', async () => {
    using folder = new TestDirectory();
    using database = await EventDatabase.open({ columns: [], folder: folder.path });
    await database.fill(eventsBelow(`${directory.path}/incident`, signal));
    const rows = database.rows('select count(route) from events', signal);
    await expect(Array.fromAsync(rows)).rejects.toThrow('route is not stored');
  });
});

describe('a statement that needs much', () => {
  test('spills into its folder and not into memory, and says where it ends', async () => {
    using folder = new TestDirectory();
    const spill = { folder: folder.path, gibMax: 1 };
    using database = await SqlDatabase.open({ memoryMib: 24, threads: 1, spill });
    const sql = `select count(*) from (select distinct repeat('x', 60) || range from range(400000))`;
    let spilled = 0;
    const watch = setInterval(() => {
      spilled = Math.max(spilled, readdirSync(folder.path).length);
    }, 5);
    const batches = await Array.fromAsync(database.rows(sql, signal));
    clearInterval(watch);
    expect(batches.flatMap(({ rows }) => rows)).toEqual([[400_000]]);
    expect(spilled).toBeGreaterThan(0);
    const list = database.rows('select list(range order by -range) from range(20000000)', signal);
    await expect(Array.fromAsync(list)).rejects.toMatchObject({ reason: 'limit' });
  });

  test('ends at an abort', async () => {
    using folder = new TestDirectory();
    using database = await EventDatabase.open({ columns: [], folder: folder.path });
    const abort = new AbortController();
    const endless = 'select sum(a.range * b.range) from range(10000000) a, range(10000000) b';
    const rows = Array.fromAsync(database.rows(endless, abort.signal));
    setTimeout(() => abort.abort(), 200);
    await expect(rows).rejects.toThrow('Interrupted');
  });
});

async function answer(sql: string, trail = 'none'): Promise<readonly (readonly unknown[])[]> {
  using folder = new TestDirectory();
  const columns = await planQuery(sql, signal);
  using database = await EventDatabase.open({ columns, folder: folder.path });
  if (trail !== 'none') await database.fill(eventsBelow(`${directory.path}/${trail}`, signal));
  const batches = await Array.fromAsync(database.rows(sql, signal));
  return batches.flatMap(({ rows }) => rows);
}
