import type { SqlDatabase } from './duckdb.ts';
import { EVENT_COLUMNS, type EventColumn } from './event-columns.ts';

/** Holds the columns that a statement reads; `events` is a view of it with all of them. */
export const STORED_TABLE = 'stored_events';
/** A table has one column at least. */
const ALWAYS = 'timestamp';

/** The columns that are stored where these are read. */
export function storedColumns(read: readonly EventColumn[]): readonly EventColumn[] {
  const names = new Set([ALWAYS, ...read.map(({ name }) => name)]);
  return EVENT_COLUMNS.filter(({ name }) => names.has(name));
}

/**
 * Makes the empty table, and over it the view `events` with every column: statements mean the same
 * whatever is stored. To read a column that is not stored is an error, never a NULL.
 */
export async function defineEvents(
  database: SqlDatabase,
  stored: readonly EventColumn[],
): Promise<void> {
  const columns = stored.map(({ name, type }) => `"${name}" ${type}`).join(', ');
  await database.run(`CREATE TABLE ${STORED_TABLE} (${columns})`);
  const names = new Set(stored.map(({ name }) => name));
  const seen = EVENT_COLUMNS.map(({ name, type }) =>
    names.has(name) ? `"${name}"` : `error('${name} is not stored')::${type} AS "${name}"`,
  );
  await database.run(`CREATE VIEW events AS SELECT ${seen.join(', ')} FROM ${STORED_TABLE}`);
}
