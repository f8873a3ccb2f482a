import { resolve } from 'node:path';

import { spoolIdentity, type SpooledAuditSink } from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';
import { type Log, StorageError } from '@netscope/domain';
import { createMetricsEngine } from '@netscope/metrics-engine';
import { InProcessEventBus } from '@netscope/observability';

import { openAudit } from '../../build-audit.ts';
import { textOption } from '../../cli/command-line.ts';
import { EXIT } from '../../cli/exit-codes.ts';
import { UsageError } from '../../cli/usage-error.ts';
import { DataDirLock } from '../../data-dir-lock.ts';
import type { AuditContext } from './audit-context.ts';

const POLL_MS = 200;
const PROGRESS_MS = 2000;
const TRACE_BYTES = 16;
/** For the closing digest, once all else is shipped. */
const CLOSE_MS = 30_000;

/** Ships what a stopped replica left; answers 0, or 130 where a signal came before the end. */
export async function auditShip(config: Config, context: AuditContext): Promise<number> {
  const { output, signal } = context;
  const stranded = strandedConfig(config, context);
  const { dataDir } = stranded.service;
  using held = new DisposableStack();
  const { instanceId } = held.use(DataDirLock.acquire(dataDir));
  const sink = await openSink(stranded, instanceId, context);
  try {
    await untilShipped(sink, context);
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

/** The same store, with the replica's own names. */
function strandedConfig(config: Config, { options, cwd }: AuditContext): Config {
  const given = textOption(options, 'data-dir');
  if (given === undefined) throw new UsageError('audit ship needs --data-dir DIR');
  const dataDir = resolve(cwd, given);
  const identity = spoolIdentity(dataDir);
  if (identity === undefined) {
    throw new StorageError(
      'STORAGE_REFUSED',
      `${dataDir} has no spool: there is no spool/last-digest.json in it; --data-dir is the data_dir of a replica`,
      { kind: 'permanent' },
    );
  }
  const { node, service: name } = identity;
  return { ...config, service: { ...config.service, dataDir, node, name } };
}

async function openSink(
  config: Config,
  instanceId: string,
  { edges, output }: AuditContext,
): Promise<SpooledAuditSink> {
  const log = quietLog((line) => output.note(line));
  const metrics = createMetricsEngine({ ...config.metrics, clock: edges.clock, log });
  const processTraceId = edges.random.hex(TRACE_BYTES);
  // It writes no event, and the keys of the replica need not be here.
  const encryption = { ...config.audit.encryption, keyFiles: [] };
  return openAudit(
    { ...config, audit: { ...config.audit, encryption } },
    {
      ...edges,
      log,
      metrics,
      bus: new InProcessEventBus(log),
      processTraceId,
      instanceId,
    },
  );
}

async function untilShipped(
  sink: SpooledAuditSink,
  { edges, output, signal }: AuditContext,
): Promise<void> {
  let toldAtMs = edges.clock.monotonicMs();
  while (!signal.aborted && sink.status().backlogEvents > 0) {
    // oxlint-disable-next-line no-await-in-loop -- it waits for the shipper
    await new Promise<void>((done) => edges.timers.set(done, POLL_MS));
    if (edges.clock.monotonicMs() - toldAtMs < PROGRESS_MS) continue;
    toldAtMs = edges.clock.monotonicMs();
    const { backlogEvents, reason } = sink.status();
    output.note(`${backlogEvents} events left${reason === undefined ? '' : `; ${reason}`}`);
  }
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
