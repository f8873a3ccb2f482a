import { resolve } from 'node:path';

import type { SpooledAuditSink } from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';
import type { Log } from '@netscope/domain';

import { textOption } from '../../cli/command-line.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { DataDirLock } from '../../data-dir-lock.ts';
import { openStranded, ownerOfSpool, untilShipped } from '../../stranded-spool.ts';
import type { AuditContext } from './audit-context.ts';

const PROGRESS_MS = 2000;
/** For the closing digest, once all else is shipped. */
const CLOSE_MS = 30_000;

/** Ships what a stopped replica left; answers 0, or 130 where a signal came before the end. */
export async function auditShip(config: Config, context: AuditContext): Promise<number> {
  const { output, signal } = context;
  const given = textOption(context.options, 'data-dir');
  if (given === undefined) throw new UsageError('audit ship needs --data-dir DIR');
  const dataDir = resolve(context.cwd, given);
  const log = quietLog((line) => output.note(line));
  ownerOfSpool(dataDir);
  using lock = DataDirLock.acquire(dataDir);
  const { instanceId } = lock;
  const sink = await openStranded(config, dataDir, { ...context.edges, log, instanceId });
  try {
    await tellUntilShipped(sink, context);
  } finally {
    await sink.close(signal.aborted ? 0 : CLOSE_MS);
  }
  const { backlogEvents, objectsShipped, quarantinedSegments, node, lastDigest } = sink.status();
  const isDone = backlogEvents === 0 && lastDigest?.isShipped === true;
  output.result({
    json: {
      shipped: isDone,
      node,
      objects: objectsShipped,
      events_left: backlogEvents,
      quarantined_segments: quarantinedSegments,
      ...(lastDigest === undefined ? {} : { head: lastDigest.sha256 }),
    },
    text: isDone
      ? `${dataDir}: all of node ${node} is in the store: ${objectsShipped} objects; head ${lastDigest.sha256}`
      : `${dataDir}: ${backlogEvents} events of node ${node} are left; run it again to go on`,
  });
  if (isDone) return EXIT.ok;
  return signal.aborted ? EXIT.secondSignal : EXIT.unchecked;
}

async function tellUntilShipped(
  sink: SpooledAuditSink,
  { edges: { clock, timers }, output, signal }: AuditContext,
): Promise<void> {
  const tell = (): void => {
    const { backlogEvents, reason } = sink.status();
    output.note(`${backlogEvents} events left${reason === undefined ? '' : `; ${reason}`}`);
  };
  await untilShipped(sink, { clock, timers, signal, tellEveryMs: PROGRESS_MS, tell });
}

/** Troubles to the person, nothing else. */
function quietLog(note: (line: string) => void): Log {
  return {
    info: () => undefined,
    warn: (event, message, fields = {}) =>
      note(`netscope: ${event}: ${message} ${JSON.stringify(fields)}`),
    error: (event, error) => note(`netscope: ${event}: ${String(error)}`),
  };
}
