import { freeReserve, leftSpools, type SpooledAuditSink } from '@netscope/audit-ceph';
import type { Config } from '@netscope/config';

import { DataDirLock } from './data-dir-lock.ts';
import type { Foundation } from './foundation.ts';
import { openStranded, untilShipped } from './stranded-spool.ts';

/** Left over, it is told of once in this time. */
const TELL_MS = 60_000;
/** For the closing digest, once all else is shipped. */
const CLOSE_MS = 30_000;
/** The process ends: what is left is shipped at the next start. */
const GIVE_UP_MS = 1000;

/**
 * Ships in the background, one after another, what `data_dir` holds of nodes by other names. It never
 * keeps the gateway from working: what it cannot do is logged and left for the next start.
 */
export class FormerSpools implements AsyncDisposable {
  readonly #config: Config;
  readonly #foundation: Foundation;
  readonly #ending = new AbortController();
  #done: Promise<void> = Promise.resolve();

  constructor(config: Config, foundation: Foundation) {
    this.#config = config;
    this.#foundation = foundation;
  }

  /** Returns at once. */
  start(): void {
    this.#done = this.#shipAll();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#done;
  }

  async #shipAll(): Promise<void> {
    for (const folder of leftSpools(this.#config.service.dataDir)) {
      if (this.#ending.signal.aborted) return;
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after another, for the store's sake
        await this.#ship(folder);
      } catch (error) {
        this.#foundation.log.error('audit.former_failed', error, { file: folder });
      }
    }
  }

  async #ship(folder: string): Promise<void> {
    const { log } = this.#foundation;
    using lock = DataDirLock.acquire(folder);
    const { instanceId } = lock;
    const sink = await openStranded(this.#config, folder, { ...this.#foundation, instanceId });
    const { signal } = this.#ending;
    try {
      await this.#untilShipped(sink);
    } finally {
      await sink.close(signal.aborted ? GIVE_UP_MS : CLOSE_MS);
    }
    const { node, backlogEvents, lastDigest } = sink.status();
    if (backlogEvents > 0 || lastDigest?.isShipped !== true) return;
    freeReserve(folder);
    log.info('audit.former_shipped', 'All that the former node left is in the store.', {
      name: node,
      head: lastDigest.sha256,
    });
  }

  async #untilShipped(sink: SpooledAuditSink): Promise<void> {
    const { clock, log, timers } = this.#foundation;
    const tell = (): void => {
      const { node, backlogEvents, reason } = sink.status();
      log.warn('audit.former_waits', 'What a former node left is not in the store yet.', {
        name: node,
        events: backlogEvents,
        reason,
      });
    };
    const { signal } = this.#ending;
    await untilShipped(sink, { clock, timers, signal, tellEveryMs: TELL_MS, tell });
  }
}
