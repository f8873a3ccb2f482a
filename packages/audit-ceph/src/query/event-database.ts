import { availableParallelism } from 'node:os';

import type { FoundEvent } from '../reader/search-trail.ts';
import { BATCH_ROWS, type RowBatch, SqlDatabase, type TableLoader } from './duckdb.ts';
import { type Cell, cellReader, type EventColumn } from './event-columns.ts';
import { defineEvents, STORED_TABLE, storedColumns } from './event-tables.ts';

/** Enough to group by many keys; the process takes some three times that with all else. */
const MEMORY_MIB = 256;
/** Each thread has buffers of its own. */
const THREADS_MAX = 4;
/** Some 100 million events with a dozen columns; a full disk would hurt others. */
const SPILL_GIB_MAX = 16;

export interface EventDatabaseOptions {
  /** Those that statements read, as `planQuery` answers them. */
  readonly columns: readonly EventColumn[];
  /** An empty folder for what has no room in memory; its owner removes it. */
  readonly folder: string;
  /** Whether `exportTo` is used. Default: false. */
  readonly mayUseFiles?: boolean;
}

/** The events of a range as the table `events`, in bounded memory. */
export class EventDatabase implements Disposable {
  readonly #database: SqlDatabase;
  readonly #columns: readonly EventColumn[];

  private constructor(database: SqlDatabase, columns: readonly EventColumn[]) {
    this.#database = database;
    this.#columns = columns;
  }

  static async open(options: EventDatabaseOptions): Promise<EventDatabase> {
    const { folder, mayUseFiles = false } = options;
    const columns = storedColumns(options.columns);
    const database = await SqlDatabase.open({
      memoryMib: MEMORY_MIB,
      // Each that writes Parquet holds row groups of its own.
      threads: mayUseFiles ? 1 : Math.min(THREADS_MAX, availableParallelism()),
      spill: { folder, gibMax: SPILL_GIB_MAX },
      mayUseFiles,
    });
    await defineEvents(database, columns);
    await database.lock();
    return new EventDatabase(database, columns);
  }

  /** Adds events; answers with how many. @throws {SqlError} where there is no more room */
  async fill(events: AsyncIterable<FoundEvent>): Promise<number> {
    const types = this.#columns.map(({ type }) => type);
    using loader = await this.#database.loader(STORED_TABLE, types);
    const batch = new Batch(this.#columns, loader);
    for await (const found of events) batch.add(found);
    batch.send();
    loader.end();
    return batch.events;
  }

  /** The rows of a SELECT, as they come; an abort interrupts it. @throws {SqlError} */
  rows(sql: string, signal: AbortSignal): AsyncIterable<RowBatch> {
    return this.#database.rows(sql, signal);
  }

  /**
   * Writes the stored columns of all events to a Parquet file, in the order in which they came: the
   * same events make the same bytes. @throws {SqlError} also where the file cannot be written
   */
  async exportTo(file: string, signal: AbortSignal): Promise<void> {
    const names = this.#columns.map(({ name }) => `"${name}"`).join(', ');
    const target = file.replaceAll("'", "''");
    await this.#database.run(
      `COPY (SELECT ${names} FROM ${STORED_TABLE}) TO '${target}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 40960)`,
      signal,
    );
  }

  [Symbol.dispose](): void {
    this.#database[Symbol.dispose]();
  }
}

/** Events on their way into the table, column by column. */
class Batch {
  readonly #readers: readonly ReturnType<typeof cellReader>[];
  readonly #loader: TableLoader;
  #cells: Cell[][] = [];
  #rows = 0;
  events = 0;

  constructor(columns: readonly EventColumn[], loader: TableLoader) {
    this.#readers = columns.map((column) => cellReader(column));
    this.#loader = loader;
    this.#clear();
  }

  add(found: FoundEvent): void {
    for (const [at, read] of this.#readers.entries()) this.#cells[at]?.push(read(found));
    this.#rows += 1;
    this.events += 1;
    if (this.#rows === BATCH_ROWS) this.send();
  }

  send(): void {
    if (this.#rows === 0) return;
    this.#loader.append(this.#cells);
    this.#clear();
  }

  #clear(): void {
    this.#cells = this.#readers.map(() => []);
    this.#rows = 0;
  }
}
