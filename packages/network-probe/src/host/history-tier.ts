import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { decodeSpans, encodeSpans, SpanSum } from './history-codec.ts';

export interface TierPlan {
  readonly table: string;
  /** One row stands for this long. */
  readonly stepMs: number;
  readonly keptMs: number;
}

const HOUR_MS = 3_600_000;

/** Finest first; each is rolled up from the one before. */
export const TIER_PLANS: readonly TierPlan[] = [
  { table: 'look_1s', stepMs: 1000, keptMs: HOUR_MS },
  { table: 'look_10s', stepMs: 10_000, keptMs: 24 * HOUR_MS },
  { table: 'look_60s', stepMs: 60_000, keptMs: 30 * 24 * HOUR_MS },
];

/** One row of a tier: its start, ms since the epoch, and its packed metrics. */
export interface TierRow {
  readonly at: number;
  readonly spans: Uint8Array;
}

/** Rows of one resolution. */
export class HistoryTier {
  readonly plan: TierPlan;
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;
  readonly #between: StatementSync;
  #completeToMs: number;

  constructor(database: DatabaseSync, plan: TierPlan) {
    const { table } = plan;
    database.exec(
      `CREATE TABLE IF NOT EXISTS ${table} (at INTEGER PRIMARY KEY, spans BLOB NOT NULL)`,
    );
    this.plan = plan;
    this.#database = database;
    this.#put = database.prepare(`INSERT OR REPLACE INTO ${table} (at, spans) VALUES (?, ?)`);
    this.#between = database.prepare(
      `SELECT at, spans FROM ${table} WHERE at >= ? AND at < ? ORDER BY at`,
    );
    const last = database.prepare(`SELECT max(at) AS at FROM ${table}`).get()?.['at'];
    this.#completeToMs = typeof last === 'number' ? last + plan.stepMs : 0;
  }

  /** Everything before this instant is in its rows, as far as anything is known of it. */
  get completeToMs(): number {
    return this.#completeToMs;
  }

  put(atMs: number, spans: Uint8Array): void {
    this.#put.run(atMs, spans);
  }

  *rows(fromMs: number, toMs: number): Generator<TierRow> {
    for (const { at, spans } of this.#between.iterate(fromMs, toMs)) {
      if (typeof at === 'number' && spans instanceof Uint8Array) yield { at, spans };
    }
  }

  /** Makes rows of every stretch that is over at `nowMs` and has none yet. */
  rollUp(finer: HistoryTier, nowMs: number): void {
    const { stepMs } = this.plan;
    const endMs = Math.floor(nowMs / stepMs) * stepMs;
    // A clock that was set back makes the same stretches once more.
    if (this.#completeToMs > endMs + stepMs) this.#completeToMs = endMs;
    if (this.#completeToMs >= endMs) return;
    const byStretch = Map.groupBy(
      finer.rows(this.#completeToMs, endMs),
      ({ at }) => Math.floor(at / stepMs) * stepMs,
    );
    for (const [atMs, rows] of byStretch) this.put(atMs, merged(rows));
    this.#completeToMs = endMs;
  }

  keepOnly(fromMs: number, toMs: number): void {
    this.#database
      .prepare(`DELETE FROM ${this.plan.table} WHERE at < ? OR at >= ?`)
      .run(fromMs, toMs);
  }

  dropOldestTenth(): void {
    const { table } = this.plan;
    this.#database.exec(
      `DELETE FROM ${table} WHERE at IN (SELECT at FROM ${table} ORDER BY at LIMIT (SELECT count(*) / 10 + 1 FROM ${table}))`,
    );
  }
}

function merged(rows: readonly TierRow[]): Uint8Array {
  const sums = new Map<number, SpanSum>();
  for (const { spans } of rows) {
    for (const span of decodeSpans(spans)) {
      const sum = sums.get(span.id) ?? new SpanSum();
      sums.set(span.id, sum);
      sum.add(span);
    }
  }
  return encodeSpans([...sums].map(([id, sum]) => ({ id, ...sum.total })));
}
