import type { RowBatch } from '@netscope/audit-ceph/query';
import type { Config } from '@netscope/config';

import { LineWriter } from '../../cli/line-writer.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { TemporaryFolder } from '../../edges/temporary-folder.ts';
import type { AuditContext } from './audit-context.ts';
import { csvRows, jsonRows, type RowFormat, tableRows } from './query/row-format.ts';
import { answeringSql, loadEvents, loadSqlEngine } from './query/sql-engine.ts';
import { readTrail } from './read-trail.ts';

/**
 * `audit query`: the rows of one SELECT over the events that match. Answers as `readTrail` does.
 * @throws {UsageError} also for SQL that is wrong, before anything is read
 */
export async function auditQuery(config: Config, context: AuditContext): Promise<number> {
  const { operand: sql = '', signal, stdout } = context;
  const format = formatOf(context);
  return answeringSql(context, async () =>
    readTrail(config, context, async (search) => {
      const { EventDatabase, planQuery } = await loadSqlEngine();
      const columns = await planQuery(sql, signal);
      using folder = new TemporaryFolder('query');
      using database = await EventDatabase.open({ columns, folder: folder.path });
      const events = await loadEvents(database, search, context);
      const writer = new LineWriter(stdout(), signal);
      const rows = await writeRows(database.rows(sql, signal), { format, writer });
      return events === 0 ? 0 : rows;
    }),
  );
}

function formatOf({ options }: AuditContext): RowFormat {
  if (options['csv'] === true && options['json'] === true) {
    throw new UsageError('--csv and --json are two forms of the same rows: give one');
  }
  if (options['json'] === true) return jsonRows;
  return options['csv'] === true ? csvRows() : tableRows();
}

async function writeRows(
  batches: AsyncIterable<RowBatch>,
  { format, writer }: { readonly format: RowFormat; readonly writer: LineWriter },
): Promise<number> {
  let rows = 0;
  for await (const batch of batches) {
    rows += batch.rows.length;
    const lines = format(batch);
    if (lines.length > 0) await writer.line(lines.join('\n'));
    if (writer.isClosed) break;
  }
  await writer.flush();
  return rows;
}
