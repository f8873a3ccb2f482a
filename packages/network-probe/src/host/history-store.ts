import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

import type { HistoryAnswer, HistoryPoint, HistoryQuestion } from '@netscope/domain';

import { decodeSpan, encodeSpans, SpanSum } from './history-codec.ts';
import { HistoryTier, TIER_PLANS } from './history-tier.ts';

/** Points of one answer, so that it stays small whatever is asked. */
const POINTS_MAX = 1000;

/** How often what is too old is removed. */
const PRUNE_MS = 60_000;

/** Past this in the future a row came from a clock that was wrong. */
const FUTURE_MS = 86_400_000;

const METRIC_IDS_MAX = 65_536;

/** The log beside the database goes back to this after a checkpoint. */
const WAL_BYTES = 4 * 1024 * 1024;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA journal_size_limit = ${WAL_BYTES};
  CREATE TABLE IF NOT EXISTS metric (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
`;

export interface HistoryStoreOptions {
  readonly file: string;
  /** Of the database; its log takes up to 8 MiB beside it. */
  readonly bytesMax: number;
}

/**
 * Series of the host: 1 s for an hour, 10 s for a day, 60 s for 30 days, in one SQLite file of at
 * most `bytesMax`. What was recorded survives the death of the process. Blocks: for a thread of its
 * own.
 */
export class HistoryStore implements Disposable {
  readonly #database: DatabaseSync;
  readonly #tiers: readonly HistoryTier[];
  readonly #idByMetric = new Map<string, number>();
  #prunedAtMs = -Infinity;

  private constructor(database: DatabaseSync, bytesMax: number) {
    this.#database = database;
    database.exec(SCHEMA);
    const pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
    database.exec(`PRAGMA max_page_count = ${Math.floor(bytesMax / pageBytes)}`);
    this.#tiers = TIER_PLANS.map((plan) => new HistoryTier(database, plan));
    for (const { id, name } of database.prepare('SELECT id, name FROM metric').all()) {
      this.#idByMetric.set(String(name), Number(id));
    }
  }

  /**
   * Opens the file or makes it; one that is no database any more is set aside under `.corrupt`.
   * @throws what SQLite says where the folder cannot be written.
   */
  static open({ file, bytesMax }: HistoryStoreOptions): HistoryStore {
    try {
      return openOnce(file, bytesMax);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      renameSync(file, `${file}.corrupt`);
      for (const beside of ['-wal', '-shm']) rmSync(`${file}${beside}`, { force: true });
      return openOnce(file, bytesMax);
    }
  }

  /** @internal For `open`. */
  static of(database: DatabaseSync, bytesMax: number): HistoryStore {
    return new HistoryStore(database, bytesMax);
  }

  /**
   * Takes one look, and rolls up what is complete. A full store gives up its oldest tenth first.
   * @throws what SQLite says where the disk takes nothing.
   */
  record(atMs: number, values: readonly (readonly [string, number])[]): void {
    try {
      this.#record(atMs, values);
    } catch (error) {
      if (!isFull(error)) throw error;
      for (const tier of this.#tiers) tier.dropOldestTenth();
      this.#record(atMs, values);
    }
  }

  /** At most a thousand points, each over `stepMs`; stretches that nothing is known of are left out. */
  ask({ metric, fromMs, toMs }: HistoryQuestion, nowMs: number): HistoryAnswer {
    const id = this.#idByMetric.get(metric);
    if (id === undefined)
      return { kind: 'unknown_metric', metrics: [...this.#idByMetric.keys()].toSorted() };
    const first = this.#tiers.findIndex(({ plan }) => fromMs >= nowMs - plan.keptMs);
    const tiers = this.#tiers.slice(0, (first === -1 ? this.#tiers.length - 1 : first) + 1);
    const tierMs = tiers.at(-1)?.plan.stepMs ?? 1000;
    const stepMs = tierMs * Math.max(1, Math.ceil((toMs - fromMs) / tierMs / POINTS_MAX));
    const points = new Map<number, SpanSum>();
    let beginMs = fromMs;
    // The coarse tiers end where a stretch is not complete: the finer ones tell the rest.
    for (const tier of tiers.toReversed()) {
      for (const { at, spans } of tier.rows(beginMs, toMs)) {
        const span = decodeSpan(spans, id);
        if (span !== undefined) sumOf(points, Math.floor(at / stepMs) * stepMs).add(span);
      }
      beginMs = Math.max(beginMs, tier.completeToMs);
    }
    return { kind: 'series', stepMs, points: [...points].map(pointOf) };
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #record(atMs: number, values: readonly (readonly [string, number])[]): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const spans = values.flatMap(([metric, value]) => {
        const id = this.#idOf(metric);
        return id === undefined ? [] : [{ id, min: value, max: value, mean: value }];
      });
      this.#tiers[0]?.put(atMs, encodeSpans(spans));
      for (const [index, tier] of this.#tiers.entries()) {
        const finer = this.#tiers[index - 1];
        if (finer !== undefined) tier.rollUp(finer, atMs);
      }
      if (Math.abs(atMs - this.#prunedAtMs) >= PRUNE_MS) this.#prune(atMs);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      this.#forgetUnsavedIds();
      throw error;
    }
  }

  #prune(nowMs: number): void {
    for (const tier of this.#tiers) tier.keepOnly(nowMs - tier.plan.keptMs, nowMs + FUTURE_MS);
    this.#prunedAtMs = nowMs;
  }

  #idOf(metric: string): number | undefined {
    const known = this.#idByMetric.get(metric);
    if (known !== undefined || this.#idByMetric.size >= METRIC_IDS_MAX) return known;
    const id = this.#idByMetric.size;
    this.#database.prepare('INSERT INTO metric (id, name) VALUES (?, ?)').run(id, metric);
    this.#idByMetric.set(metric, id);
    return id;
  }

  #forgetUnsavedIds(): void {
    this.#idByMetric.clear();
    for (const { id, name } of this.#database.prepare('SELECT id, name FROM metric').all()) {
      this.#idByMetric.set(String(name), Number(id));
    }
  }
}

function openOnce(file: string, bytesMax: number): HistoryStore {
  const database = new DatabaseSync(file);
  try {
    return HistoryStore.of(database, bytesMax);
  } catch (error) {
    database.close();
    throw error;
  }
}

function sumOf(points: Map<number, SpanSum>, at: number): SpanSum {
  const known = points.get(at);
  if (known !== undefined) return known;
  const sum = new SpanSum();
  points.set(at, sum);
  return sum;
}

function pointOf([atMs, sum]: readonly [number, SpanSum]): HistoryPoint {
  return { atMs, ...sum.total };
}

const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOT_A_DATABASE = 26;

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'errcode' in error ? error.errcode : undefined;
}

function isCorrupt(error: unknown): boolean {
  const code = codeOf(error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOT_A_DATABASE;
}

function isFull(error: unknown): boolean {
  return codeOf(error) === SQLITE_FULL;
}
