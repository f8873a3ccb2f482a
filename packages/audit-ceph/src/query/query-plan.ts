import { SqlDatabase } from './duckdb.ts';
import { EVENT_COLUMNS, type EventColumn } from './event-columns.ts';
import { defineEvents, STORED_TABLE } from './event-tables.ts';
import { SqlError } from './sql-error.ts';

const MEMORY_MIB = 64;
/** Finds what is not read; all others may hide a column behind a filter or drop its scan. */
const KEPT_OPTIMIZER = 'unused_columns';

interface PlanNode {
  readonly extra_info?: { readonly Table?: string; readonly Projections?: string | string[] };
  readonly children?: readonly PlanNode[];
}

/**
 * Checks one SELECT against the empty table `events`, and answers with the columns that it reads. A
 * statement that is wrong, does something else, or names a file ends here, before anything is read.
 * @throws {SqlError}
 */
export async function planQuery(sql: string, signal: AbortSignal): Promise<readonly EventColumn[]> {
  using database = await SqlDatabase.open({ memoryMib: MEMORY_MIB, threads: 1, spill: undefined });
  await defineEvents(database, EVENT_COLUMNS);
  const others = (await cells(database, 'SELECT name FROM duckdb_optimizers()', signal)).filter(
    (name) => name !== KEPT_OPTIMIZER,
  );
  await database.run(`SET disabled_optimizers = '${others.join(',')}'`);
  await database.lock();
  const kind = await database.kindOf(sql);
  if (kind !== 'SELECT') {
    throw new SqlError('wrong', `only a SELECT over the table events is answered, no ${kind}`);
  }
  const texts = await cells(database, `EXPLAIN (FORMAT JSON) ${sql}`, signal);
  const plan: readonly PlanNode[] = JSON.parse(texts[1] ?? '[]');
  const read = new Set(plan.flatMap((node) => columnsRead(node)));
  return EVENT_COLUMNS.filter(({ name }) => read.has(name));
}

function columnsRead({ extra_info: facts, children = [] }: PlanNode): readonly string[] {
  const isScan = facts?.Table?.endsWith(`.${STORED_TABLE}`) === true;
  const own = isScan ? [facts.Projections ?? []].flat() : [];
  return [...own, ...children.flatMap((child) => columnsRead(child))];
}

async function cells(
  database: SqlDatabase,
  sql: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const batches = await Array.fromAsync(database.rows(sql, signal));
  return batches.flatMap(({ rows }) => rows.flat()).map(String);
}
