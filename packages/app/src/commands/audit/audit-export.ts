import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

import type { FoundEvent } from '@netscope/audit-ceph/reader';
import type { Config } from '@netscope/config';

import { textOption } from '../../cli/command-line.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { TemporaryFolder } from '../../edges/temporary-folder.ts';
import type { AuditContext } from './audit-context.ts';
import { DaysOfEvents } from './days-of-events.ts';
import { answeringSql, loadSqlEngine } from './query/sql-engine.ts';
import { readTrail } from './read-trail.ts';
import { trailQuery } from './trail-query.ts';

const DAY_MS = 86_400_000;

interface ExportedFile {
  readonly file: string;
  readonly events: number;
  readonly bytes: number;
  readonly complete: boolean;
}

/**
 * `audit export --parquet`: the events of each day as one file. Answers as `readTrail` does.
 * @throws {UsageError}
 */
export async function auditExport(config: Config, context: AuditContext): Promise<number> {
  const { out, isNew } = outFolder(context);
  try {
    return await answeringSql(context, async () => exportTo(out, config, context));
  } finally {
    if (isNew) removeIfEmpty(out);
  }
}

async function exportTo(out: string, config: Config, context: AuditContext): Promise<number> {
  const { output, signal } = context;
  return readTrail(config, context, async (search, unread) => {
    const files: ExportedFile[] = [];
    const days = new DaysOfEvents(search.events(signal));
    for await (const { day, events } of days) {
      const written = await writeDay({ day, events, out, unread }, signal);
      files.push(written);
      output.note(`netscope: ${fileText(written)}`);
    }
    const text = `${files.length} ${files.length === 1 ? 'file' : 'files'} in ${out}`;
    if (files.length > 0) output.result({ json: { folder: out, files }, text });
    return files.length;
  });
}

/** Checks all that can be before anything is read. @throws {UsageError} */
function outFolder(context: AuditContext): { readonly out: string; readonly isNew: boolean } {
  const { options, cwd } = context;
  if (options['parquet'] !== true) {
    throw new UsageError('audit export needs --parquet: there is no other format');
  }
  const given = textOption(options, 'out') ?? '';
  if (given === '') throw new UsageError('audit export needs --out DIR, where the files go');
  const { fromMs, toMs } = trailQuery(context).range;
  if ([fromMs, toMs].some((ms) => ms !== undefined && ms % DAY_MS !== 0)) {
    throw new UsageError(
      'audit export writes whole days: --from and --to must be days (UTC), as in 2026-11-21; a part of a day would replace its file',
    );
  }
  const out = resolve(cwd, given);
  const isNew = !existsSync(out);
  try {
    // Not recursive: what is above is there, or a name is wrong (and Node hangs on /proc).
    if (isNew) mkdirSync(out);
    new TemporaryFolder('export', out)[Symbol.dispose]();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--out ${given} cannot be written to: ${reason}`);
  }
  return { out, isNew };
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // It holds what was written, or is gone.
  }
}

/** Under its name the file is whole, also after a power cut: it is synced before it is renamed. */
async function writeDay(
  task: {
    readonly day: string;
    readonly events: AsyncIterable<FoundEvent>;
    readonly out: string;
    readonly unread: ReadonlySet<string>;
  },
  signal: AbortSignal,
): Promise<ExportedFile> {
  const { EVENT_COLUMNS, EventDatabase } = await loadSqlEngine();
  const columns = EVENT_COLUMNS.filter(({ name }) => name !== 'event');
  using spill = new TemporaryFolder('export');
  using folder = new TemporaryFolder('export', task.out);
  using database = await EventDatabase.open({ columns, folder: spill.path, mayUseFiles: true });
  const events = await database.fill(task.events);
  const part = join(folder.path, 'part.parquet');
  await database.exportTo(part, signal);
  const complete = !task.unread.has(task.day);
  const stem = join(task.out, `events-${task.day}`);
  const file = complete ? `${stem}.parquet` : `${stem}.incomplete.parquet`;
  sync(part);
  renameSync(part, file);
  if (complete) rmSync(`${stem}.incomplete.parquet`, { force: true });
  sync(task.out);
  return { file, events, bytes: statSync(file).size, complete };
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function fileText({ file, events, bytes, complete }: ExportedFile): string {
  const part = complete ? '' : ', a part: not all could be read';
  return `${file}: ${events} events, ${bytes} bytes${part}`;
}
