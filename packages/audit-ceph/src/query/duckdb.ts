import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  type DuckDBAppender,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBIntervalValue,
  type DuckDBPreparedStatement,
  DuckDBTimestampValue,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  type Json,
  JsonDuckDBValueConverter,
  StatementType,
  TIMESTAMP,
  VARCHAR,
} from '@duckdb/node-api';
import { isoTimestamp } from '@netscope/domain';
import { exactNumber } from '@netscope/domain/plain';

import type { Cell, ColumnType } from './event-columns.ts';
import { SqlError } from './sql-error.ts';

/** Rows that go in at once: DuckDB's own unit. */
export const BATCH_ROWS = 2048;
/** What the appender holds is outside of the memory limit; by itself it holds 200,000 rows. */
const BATCHES_HELD_MAX = 10;
const MICROS = 1000n;
/** Digits that a number tells exactly. */
const NUMBER_DIGITS = 15;

/** What a database may use. It holds what it can in memory and the rest in files of its folder. */
export interface SqlLimits {
  readonly memoryMib: number;
  readonly threads: number;
  /** Where what has no room in memory goes; without it such a statement fails. */
  readonly spill: { readonly folder: string; readonly gibMax: number } | undefined;
  /** Whether statements may write files: for statements of NetScope's own. Default: false. */
  readonly mayUseFiles?: boolean;
}

/** One row of a result. */
export type Row = readonly Json[];

/** Some rows of a result, with the names of its columns. */
export interface RowBatch {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
}

/**
 * A DuckDB inside this process. Unless it is told otherwise it reads and writes no file but its own,
 * opens no connection, and loads nothing. Its errors come out as `SqlError`.
 */
export class SqlDatabase implements Disposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(limits: SqlLimits): Promise<SqlDatabase> {
    const { memoryMib, threads, spill, mayUseFiles = false } = limits;
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${memoryMib}MiB`,
      threads: String(threads),
      temp_directory: spill?.folder ?? '',
      ...(spill === undefined ? {} : { max_temp_directory_size: `${spill.gibMax}GiB` }),
      enable_external_access: String(mayUseFiles),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      allow_community_extensions: 'false',
      allow_unsigned_extensions: 'false',
    });
    const database = new SqlDatabase(instance, await instance.connect());
    await database.run("SET TimeZone = 'UTC'");
    return database;
  }

  /** Nothing that is set can be changed any more. */
  async lock(): Promise<void> {
    await this.run('SET lock_configuration = true');
  }

  /** Does statements of NetScope's own; an abort interrupts them. @throws {SqlError} */
  async run(sql: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    using _ = this.#interruptedBy(signal);
    await told(async () => this.#connection.run(sql));
  }

  /** What one statement is, as `SELECT`; nothing of it is done. @throws {SqlError} */
  async kindOf(sql: string): Promise<string> {
    const statement = await this.#prepare(sql);
    const kind = StatementType[statement.statementType] ?? 'UNKNOWN';
    const { parameterCount } = statement;
    statement.destroySync();
    if (parameterCount > 0) {
      throw new SqlError('wrong', 'the SQL has a parameter ($1, ? or $name) and nothing fills it');
    }
    return kind;
  }

  /** Takes rows for a table whose columns are of these types, in this order. */
  async loader(table: string, types: readonly ColumnType[]): Promise<TableLoader> {
    return new TableLoader(await this.#connection.createAppender(table), types);
  }

  /** The rows of one statement, as they come; an abort interrupts it. @throws {SqlError} */
  async *rows(sql: string, signal: AbortSignal): AsyncIterable<RowBatch> {
    signal.throwIfAborted();
    using _ = this.#interruptedBy(signal);
    const statement = await this.#prepare(sql);
    try {
      const result = await told(async () => statement.stream());
      const [columns, types] = [result.deduplicatedColumnNames(), result.columnTypes()];
      yield { columns, rows: [] };
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one chunk after the other: memory is bounded
        const chunk = await told(async () => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        const rows = chunk.getRows();
        yield { columns, rows: rows.map((row) => row.map((cell, at) => plain(cell, types[at]))) };
      }
    } finally {
      statement.destroySync();
    }
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #interruptedBy(signal: AbortSignal | undefined): Disposable {
    const interrupt = (): void => this.#connection.interrupt();
    signal?.addEventListener('abort', interrupt, { once: true });
    return { [Symbol.dispose]: () => signal?.removeEventListener('abort', interrupt) };
  }

  async #prepare(sql: string): Promise<DuckDBPreparedStatement> {
    // DuckDB has no word for nothing.
    if (/^\s*$/.test(sql)) throw new SqlError('wrong', 'there is no SQL');
    const statements = await told(async () => this.#connection.extractStatements(sql));
    if (statements.count !== 1) {
      throw new SqlError('wrong', 'the SQL must be one statement (PIVOT: with its IN list)');
    }
    return told(async () => statements.prepare(0));
  }
}

/** Puts rows into a table, a batch at a time. */
export class TableLoader implements Disposable {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly ColumnType[];
  /** One for all batches: its memory is not the garbage collector's to count. */
  readonly #chunk: DuckDBDataChunk;
  /** Batches that only the appender has. */
  #pending = 0;

  constructor(appender: DuckDBAppender, types: readonly ColumnType[]) {
    this.#appender = appender;
    this.#types = types;
    this.#chunk = DuckDBDataChunk.create(
      types.map((type) => TYPE[type]),
      BATCH_ROWS,
    );
  }

  /** Takes at most `BATCH_ROWS` rows, column by column. @throws {SqlError} */
  append(columns: readonly (readonly Cell[])[]): void {
    this.#chunk.reset();
    this.#chunk.setColumns(columns.map((cells, at) => valuesOf(cells, this.#types[at])));
    toldAtOnce(() => this.#appender.appendDataChunk(this.#chunk));
    this.#pending += 1;
    if (this.#pending >= BATCHES_HELD_MAX) this.end();
  }

  /** All that was taken is in the table. @throws {SqlError} */
  end(): void {
    this.#pending = 0;
    toldAtOnce(() => this.#appender.flushSync());
  }

  [Symbol.dispose](): void {
    this.#appender.closeSync();
  }
}

const TYPE: Readonly<Record<ColumnType, DuckDBType>> = {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  INTEGER,
  JSON: VARCHAR,
  TIMESTAMP,
  VARCHAR,
};

function valuesOf(cells: readonly Cell[], type: ColumnType | undefined): readonly DuckDBValue[] {
  if (type !== 'TIMESTAMP') return cells;
  return cells.map((ms) =>
    typeof ms === 'number' ? new DuckDBTimestampValue(BigInt(ms) * MICROS) : null,
  );
}

/** A value as JSON tells it: numbers where they are exact, times in RFC 3339, JSON as it is. */
function plain(value: DuckDBValue, type: DuckDBType | undefined): Json {
  if (value === null || type === undefined) return null;
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'string') return type.alias === 'JSON' ? parsed(value) : value;
  if (typeof value === 'bigint') return exact(String(value));
  return plainObject(value, type);
}

function plainObject(value: NonNullable<DuckDBValue>, type: DuckDBType): Json {
  if (value instanceof DuckDBTimestampValue) return instant(value);
  if (value instanceof DuckDBDecimalValue) return exact(value.toString());
  if (value instanceof DuckDBIntervalValue) return value.toString();
  return JsonDuckDBValueConverter(value, type, JsonDuckDBValueConverter);
}

function exact(digits: string): Json {
  return digits.replaceAll(/\D/g, '').length > NUMBER_DIGITS ? digits : Number(digits);
}

function instant(value: DuckDBTimestampValue): Json {
  const ms = Number(value.micros / MICROS);
  const isWhole = value.micros % MICROS === 0n && Math.abs(ms) <= 8.64e15;
  return isWhole ? isoTimestamp(ms) : value.toString();
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text, exactNumber);
  } catch {
    return text;
  }
}

async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw sqlError(error);
  }
}

function toldAtOnce(work: () => void): void {
  try {
    work();
  } catch (error) {
    throw sqlError(error);
  }
}

function sqlError(error: unknown): SqlError {
  const text = error instanceof Error ? error.message : String(error);
  // What else there is in it is advice on settings, which nobody may change here, and long lists.
  const [first = ''] = text.split(/\n\n|\n\t/);
  const sentence = first.replace(/^Failed to extract statements: /, '');
  if (/^(Out of Memory|IO) Error/.test(sentence)) {
    return new SqlError('limit', sentence, { cause: error });
  }
  const place = /^LINE \d+:.*$(\n *\^)?/mu.exec(text)?.slice(0, 1) ?? [];
  const isForbidden = sentence.startsWith('Permission Error');
  const why = isForbidden ? ['A query sees the table events and nothing else.'] : [];
  return new SqlError('wrong', [sentence, ...place, ...why].join('\n'), { cause: error });
}
