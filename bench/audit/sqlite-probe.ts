import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { type AuditEvent, encodeAuditEvent } from '@netscope/domain';

import { quantile } from '../statistics.ts';
import { mainMicros } from '../thread-micros.ts';
import { benchQuarantines } from './events.ts';

/** Events of 1 KB in one transaction: as many bytes as the spool writes at once. */
const BATCH = 256;

type Batch = readonly string[];

/** Events of 1 KB through node:sqlite (WAL, FULL) on the main thread, which waits for each commit. */
export function sqliteOnMain(directory: string, events: number): Readonly<Record<string, number>> {
  const insert = openTable(directory);
  const run = measured(events);
  for (const batch of batches(events)) run.time(() => insert(batch.map(lineOf)));
  return run.figures();
}

/** The same in a worker, to which the main thread posts the lines; two batches under way. */
export async function sqliteInWorker(
  directory: string,
  events: number,
): Promise<Readonly<Record<string, number>>> {
  const worker = new Worker(new URL(import.meta.url), { workerData: directory });
  const waiting: (() => void)[] = [];
  worker.on('message', () => waiting.shift()?.());
  const run = measured(events);
  const all = batches(events).values();
  const lane = async (): Promise<void> => {
    for (const batch of all) {
      const startedAtMs = performance.now();
      const committed = new Promise<void>((resolve) => {
        waiting.push(resolve);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage(batch.map(lineOf));
      await committed;
      run.note(performance.now() - startedAtMs);
    }
  };
  await Promise.all([lane(), lane()]);
  const figures = run.figures();
  await worker.terminate();
  return figures;
}

function openTable(directory: string): (lines: Batch) => void {
  const database = new DatabaseSync(join(directory, 'events.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
  database.exec('CREATE TABLE events (seq INTEGER PRIMARY KEY, line TEXT NOT NULL)');
  const insert = database.prepare('INSERT INTO events (line) VALUES (?)');
  return (lines) => {
    database.exec('BEGIN');
    for (const line of lines) insert.run(line);
    database.exec('COMMIT');
  };
}

function batches(events: number): readonly (readonly AuditEvent[])[] {
  const from = benchQuarantines();
  return Array.from({ length: Math.ceil(events / BATCH) }, (_, batch) => {
    const start = (batch * BATCH) % (from.length - BATCH);
    return from.slice(start, start + BATCH);
  });
}

function lineOf(event: AuditEvent): string {
  return `${encodeAuditEvent(event, Buffer).writtenText()}}`;
}

function measured(events: number): {
  time(work: () => void): void;
  note(latencyMs: number): void;
  figures(): Readonly<Record<string, number>>;
} {
  const latencies: number[] = [];
  const startedUs = mainMicros();
  const startedAtMs = performance.now();
  return {
    time(work) {
      const atMs = performance.now();
      work();
      latencies.push(performance.now() - atMs);
    },
    note: (latencyMs) => void latencies.push(latencyMs),
    figures: () => ({
      perSecond: events / ((performance.now() - startedAtMs) / 1000),
      mainUs: (mainMicros() - startedUs) / events,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
    }),
  };
}

if (!isMainThread) {
  const insert = openTable(String(workerData));
  parentPort?.on('message', (lines: Batch) => {
    insert(lines);
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    parentPort?.postMessage('committed');
  });
}
