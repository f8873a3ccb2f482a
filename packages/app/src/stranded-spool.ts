import { spoolIdentity, type SpooledAuditSink } from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';
import { type Log, StorageError } from '@netscope/domain';
import { createMetricsEngine } from '@netscope/metrics-engine';
import { InProcessEventBus } from '@netscope/observability';

import { openAudit } from './build-audit.ts';
import type { Edges } from './edges/edges.ts';

const POLL_MS = 200;
const TRACE_BYTES = 16;

interface StrandedEdges extends Edges {
  readonly log: Log;
  /** Of the lock on its folder. */
  readonly instanceId: string;
}

type SpoolIdentity = NonNullable<ReturnType<typeof spoolIdentity>>;

/**
 * Whose spool lies in `dataDir`. Asked before its lock is taken, which would make the folder.
 * @throws {StorageError} `STORAGE_REFUSED` where there is none.
 */
export function ownerOfSpool(dataDir: string): SpoolIdentity {
  const identity = spoolIdentity(dataDir);
  if (identity !== undefined) return identity;
  throw new StorageError(
    'STORAGE_REFUSED',
    `${dataDir} has no spool: neither spool/epoch.json nor spool/last-digest.json in it says whose it is; --data-dir is the data_dir of a replica`,
    { kind: 'permanent' },
  );
}

/**
 * Opens the spool that a node which is gone left in `dataDir`, under that node's own names, to ship
 * what is there: no event is written to it. Its metrics and live events go nowhere.
 * @throws {StorageError} `STORAGE_REFUSED` where there is none.
 */
export function openStranded(
  config: Config,
  dataDir: string,
  edges: StrandedEdges,
): Promise<SpooledAuditSink> {
  const { node, service: name } = ownerOfSpool(dataDir);
  // It writes no event, and the keys of the replica need not be here.
  const encryption = { ...config.audit.encryption, keyFiles: [] };
  const stranded = {
    ...config,
    audit: { ...config.audit, encryption },
    service: { ...config.service, dataDir, node, name },
  };
  const { clock, log, random } = edges;
  return openAudit(stranded, {
    ...edges,
    metrics: createMetricsEngine({ ...config.metrics, clock, log }),
    bus: new InProcessEventBus(log),
    processTraceId: random.hex(TRACE_BYTES),
  });
}

interface Waiting extends Pick<Edges, 'clock' | 'timers'> {
  readonly signal: AbortSignal;
  readonly tellEveryMs: number;
  readonly tell: () => void;
}

/** Waits until all is shipped, or `signal` aborts, and tells now and then that it does. */
export async function untilShipped(sink: SpooledAuditSink, waiting: Waiting): Promise<void> {
  const { clock, timers, signal, tellEveryMs, tell } = waiting;
  let toldAtMs = clock.monotonicMs();
  while (!signal.aborted && sink.status().backlogEvents > 0) {
    // oxlint-disable-next-line no-await-in-loop -- it waits for the shipper
    await new Promise<void>((done) => timers.set(done, POLL_MS));
    if (clock.monotonicMs() - toldAtMs < tellEveryMs) continue;
    toldAtMs = clock.monotonicMs();
    tell();
  }
}
