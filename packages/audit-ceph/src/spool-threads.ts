import { doneWithin, type Timers } from '@netscope/domain';

import type { OpenedSpool } from './open-spool.ts';
import type { SharedRing } from './ring/shared-ring.ts';
import type { SpooledAuditSinkOptions } from './sink-options.ts';
import { KeeperThread } from './spool/keeper-thread.ts';
import type { WriterMessage } from './spool/writer-messages.ts';
import { WriterThread } from './spool/writer-thread.ts';

/** An operation on disk that was begun gets this long before its thread is ended. */
const LAST_OPERATION_MS = 1000;

interface ThreadEdges {
  readonly ring: SharedRing;
  readonly spool: OpenedSpool;
  /** Keys that sign digests. */
  readonly keysPem: string;
  readonly ballastBytes: number;
  readonly encrypts: boolean;
  readonly onMessage: (message: WriterMessage) => void;
  readonly onDeath: (reason: string) => void;
}

/** The two threads of a spool: one appends and syncs, one does everything else with files. */
export class SpoolThreads {
  readonly keeper: KeeperThread;
  readonly #writer: WriterThread;

  constructor(options: SpooledAuditSinkOptions, edges: ThreadEdges) {
    const { dataDir, node, service, segment } = options;
    const { spool, keysPem, ballastBytes, onDeath } = edges;
    const { epoch } = spool;
    this.keeper = new KeeperThread(
      { dataDir, node, service, epoch, keysPem, zstdLevel: segment.zstdLevel, ballastBytes },
      onDeath,
    );
    this.#writer = new WriterThread({
      ring: edges.ring,
      options: {
        dataDir,
        node,
        epoch,
        prev: spool.head,
        syncMs: options.spool.syncMs,
        segmentBytesMax: segment.bytesMax,
        segmentAgeMaxMs: segment.ageMaxMs,
        encrypts: edges.encrypts,
      },
      onMessage: edges.onMessage,
      onDeath,
    });
  }

  /** Makes the writer give up on a disk that takes nothing. */
  abandonWriter(): void {
    this.#writer.abandon();
  }

  async end(timers: Timers): Promise<void> {
    await doneWithin(Promise.allSettled([this.keeper.whenIdle()]), LAST_OPERATION_MS, timers);
    await Promise.all([this.keeper.end(), this.#writer.end()]);
  }
}
