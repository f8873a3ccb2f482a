import { INCIDENT, writeTrail } from '@netscope/test-support';
import { expect, test } from 'vitest';

import { EVENT_COLUMNS, EventDatabase } from '../../src/query.ts';
import { SqlDatabase } from '../../src/query/duckdb.ts';
import { TestDirectory } from '../sink-fixture.ts';
import { eventsBelow } from './events-below.ts';

const { signal } = new AbortController();

test('a Parquet file holds what the table held: columns, types and rows', async () => {
  using folder = new TestDirectory();
  const store = `${folder.path}/store`;
  const file = `${folder.path}/it's here.parquet`;
  writeTrail(store, INCIDENT);
  using database = await EventDatabase.open({
    columns: EVENT_COLUMNS,
    folder: folder.path,
    mayUseFiles: true,
  });
  await database.fill(eventsBelow(store, signal));
  await database.exportTo(file, signal);
  using other = await SqlDatabase.open({
    memoryMib: 64,
    threads: 1,
    spill: undefined,
    mayUseFiles: true,
  });
  const from = `read_parquet('${file.replaceAll("'", "''")}')`;
  const rowsOf = async (source: EventDatabase | SqlDatabase, sql: string) =>
    (await Array.fromAsync(source.rows(sql, signal))).flatMap(({ rows }) => rows);
  const types = await rowsOf(other, `describe from ${from}`);
  expect(types.map(([name, type]) => [name, type])).toEqual(
    EVENT_COLUMNS.map(({ name, type }) => [name, type]),
  );
  expect(await rowsOf(other, `from ${from}`)).toEqual(await rowsOf(database, 'from events'));
});
