export { EVENT_COLUMNS } from './query/event-columns.ts';
export { EventDatabase } from './query/event-database.ts';
export { planQuery } from './query/query-plan.ts';
export { SqlError } from './query/sql-error.ts';
export { type RowBatch } from './query/duckdb.ts';
