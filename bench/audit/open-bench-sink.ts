import { join } from 'node:path';

import {
  DirectoryObjectStore,
  SpooledAuditSink,
  type SpooledAuditSinkOptions,
} from '@netscope/audit-ceph';
import type { TimerHandle, Timers } from '@netscope/domain';
import { DirectEventBus, RecordingLog, SeededRandom } from '@netscope/test-support';

const MIB = 1024 ** 2;
const counter = { inc: (): void => undefined };

const systemTimers: Timers = {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- a handle is opaque to the port */
  set: (callback, delayMs) => setTimeout(callback, delayMs) as TimerHandle,
  background: (callback, delayMs) => setTimeout(callback, delayMs).unref() as TimerHandle,
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
  /* oxlint-enable typescript/no-unsafe-type-assertion */
};

/** A sink as the gateway opens it, on a store in a directory. */
export function openBenchSink(
  dataDir: string,
  overrides: {
    readonly storePath?: string;
    readonly zstdLevel?: number;
    /** With the fields that are encrypted by default. */
    readonly keyFile?: string | undefined;
  } = {},
): Promise<SpooledAuditSink> {
  const options: SpooledAuditSinkOptions = {
    dataDir,
    node: 'netscope-0',
    instanceId: 'bench',
    service: 'netscope',
    spool: { bytesMax: 16 * 1024 * MIB, onFull: 'pause', syncMs: 5 },
    encryption: {
      keyFiles: overrides.keyFile === undefined ? [] : [overrides.keyFile],
      fields: ['idempotency_key', 'upstream.remote_address', 'result.error_message'],
    },
    excerptsBytesMax: 0,
    digest: { intervalMs: 300_000, signingKeyFile: undefined },
    segment: { bytesMax: 8 * MIB, ageMaxMs: 30_000, zstdLevel: overrides.zstdLevel ?? 1 },
    store: new DirectoryObjectStore(overrides.storePath ?? join(dataDir, 'audit')),
    storeKind: 'directory',
    clock: { wallMs: () => Date.now(), monotonicMs: () => performance.now() },
    timers: systemTimers,
    random: new SeededRandom(),
    metrics: {
      counter: () => counter,
      histogram: () => ({ observe: () => undefined }),
      gauge: () => undefined,
    },
    bus: new DirectEventBus(),
    log: new RecordingLog(),
    traceId: '0af7651916cd43dd8448eb211c80319c',
  };
  return SpooledAuditSink.open(options);
}
