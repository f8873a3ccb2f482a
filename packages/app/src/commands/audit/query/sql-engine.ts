import process from 'node:process';

import type { EventDatabase } from '@netscope/audit-ceph/query';
import type { TrailSearch } from '@netscope/audit-ceph/reader';
import { StorageError } from '@netscope/domain';

import { EXIT } from '../../../cli/exit-codes.ts';
import { UsageError } from '../../../cli/usage-error.ts';
import type { AuditContext } from '../audit-context.ts';
import { plainText } from '../event-text.ts';

const PROGRESS_MS = 1000;

/** What `loadSqlEngine` loads: DuckDB takes some 20 MB that no other command pays for. */
const engine = async () => import('@netscope/audit-ceph/query');

/** The database engine. @throws {StorageError} where there is none for this machine */
export async function loadSqlEngine(): Promise<Awaited<ReturnType<typeof engine>>> {
  try {
    return await engine();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StorageError(
      'STORAGE_REFUSED',
      `DuckDB does not load on ${process.platform} ${process.arch}: ${reason}`,
      { kind: 'permanent', cause: error },
    );
  }
}

/**
 * Does work with SQL in it; answers as the work does, or 2 where it needs more room than there is.
 * @throws {UsageError} for SQL that is wrong
 */
export async function answeringSql(
  { output }: AuditContext,
  work: () => Promise<number>,
): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!isSqlError(error)) throw error;
    const message = error.message.split('\n').map(plainText).join('\n');
    if (error.reason === 'wrong') throw new UsageError(message);
    const advice = 'a shorter range, fewer columns or a filter needs less';
    output.summary({
      json: { error: { code: 'NO_ROOM', message } },
      text: `netscope: there is no more room: ${message}; ${advice}`,
    });
    return EXIT.unchecked;
  }
}

/** Its class is not loaded before it is needed. */
function isSqlError(error: unknown): error is Error & { readonly reason: 'wrong' | 'limit' } {
  return error instanceof Error && error.name === 'SqlError';
}

/** Loads what a search finds; where that took a while, says that the rest may too. */
export async function loadEvents(
  database: EventDatabase,
  search: TrailSearch,
  { edges, output, signal }: AuditContext,
): Promise<number> {
  const startedMs = edges.clock.monotonicMs();
  const events = await database.fill(search.events(signal));
  if (edges.clock.monotonicMs() - startedMs > PROGRESS_MS) {
    output.note(`${events} events loaded, the answer is being worked out`);
  }
  return events;
}
