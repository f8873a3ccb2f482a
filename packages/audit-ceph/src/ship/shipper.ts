import {
  type Clock,
  type ObjectStore,
  type Random,
  StorageError,
  type Timers,
} from '@netscope/domain';

import type { KeeperReply, KeeperRequest } from '../spool/keeper.ts';
import type { SealedDigest, SealedSegment } from '../spool/segment.ts';
import { RetryQueue } from './retry-queue.ts';
import { asStorageError } from './storage-failure.ts';

/** A put of one segment at 0.3 MB/s still ends within it. */
const PUT_TIMEOUT_MS = 30_000;
const BACKOFF_BASE_MS = 500;
const BACKOFF_MAX_MS = 60_000;

/** What is brought into the store: both are files of the spool whose bytes never change. */
export type Shippable = SealedSegment | SealedDigest;

export interface ShipperOptions {
  readonly store: ObjectStore;
  readonly keeper: { ask(request: KeeperRequest): Promise<KeeperReply> };
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly listener: ShipperListener;
}

export interface ShipperListener {
  onShipped(item: Shippable): void;
  onDamaged(item: Shippable): void;
  onFailure(error: StorageError): void;
}

/**
 * Brings sealed segments and digests into the store, one at a time and in order, for as long as it
 * takes: a digest is never there before the segments that it lists. While the store fails it is asked by one put after growing, jittered waits of up to a minute.
 */
export class Shipper {
  readonly #options: ShipperOptions;
  readonly #queue: RetryQueue<Shippable>;
  #put: AbortController | undefined;
  #isStopped = false;

  constructor(options: ShipperOptions) {
    this.#options = options;
    this.#queue = new RetryQueue({
      timers: options.timers,
      work: async (item) => this.#ship(item),
      backoffMs: (failures) => this.#backoffMs(failures),
    });
  }

  /** Not yet in the store, oldest first. */
  get pending(): readonly Shippable[] {
    return this.#queue.items;
  }

  add(item: Shippable): void {
    this.#queue.add(item);
  }

  /** Resolves when nothing is left. */
  async whenIdle(): Promise<void> {
    await this.#queue.whenIdle();
  }

  /** Tries at once what waits for its retry. */
  hurry(): void {
    this.#queue.hurry();
  }

  /** Gives up for this life of the process; what is left lies in the spool. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.stop();
    this.#put?.abort(new StorageError('STORAGE_TIMEOUT', 'shipping was ended', STOPPED));
  }

  /** Jitter over the upper half: it never hammers, and never waits over a minute. */
  #backoffMs(failures: number): number {
    const ceiling = Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (failures - 1));
    return (ceiling / 2) * (1 + this.#options.random.float());
  }

  async #ship(item: Shippable): Promise<boolean> {
    const { keeper, listener } = this.#options;
    try {
      const loaded = await keeper.ask(requestOf('load', item));
      if (loaded.kind === 'damaged') {
        listener.onDamaged(item);
        return true;
      }
      if (loaded.kind !== 'loaded') throw diskError(loaded);
      await this.#putObject(item, loaded.body);
      const noted = await keeper.ask(requestOf('forget', item));
      if (noted.kind === 'failed') throw diskError(noted);
      listener.onShipped(item);
      return true;
    } catch (error) {
      if (!this.#isStopped) listener.onFailure(asStorageError(error));
      return false;
    }
  }

  async #putObject(item: Shippable, body: Uint8Array): Promise<void> {
    const { store, timers } = this.#options;
    const controller = new AbortController();
    this.#put = controller;
    const timer = timers.background(
      () => controller.abort(new StorageError('STORAGE_TIMEOUT', 'the put took too long', SLOW)),
      PUT_TIMEOUT_MS,
    );
    try {
      const { key, md5, sha256 } = item;
      const object = { key, body, metadata: metadataOf(item), digests: { md5, sha256 } };
      await store.put(object, controller.signal);
    } finally {
      timers.clear(timer);
      this.#put = undefined;
    }
  }
}

const SLOW = {
  kind: 'transient',
  details: { reason: 'timeout', limit_ms: PUT_TIMEOUT_MS },
} as const;
const STOPPED = { kind: 'transient', details: { reason: 'stopped' } } as const;

/** Object metadata has room for 2 KB; past this many a search cannot skip by group. */
const GROUPS_BYTES_MAX = 1024;

/** What a reader wants to know before it fetches the object. */
function metadataOf(segment: Shippable): Readonly<Record<string, string>> {
  if (isDigest(segment)) return { sha256: segment.sha256, segments: String(segment.segments) };
  const groups = segment.routeGroups.map(encodeURIComponent).join(',');
  return {
    'first-seq': String(segment.firstSeq),
    'last-seq': String(segment.lastSeq),
    events: String(segment.events),
    sha256: segment.sha256,
    'route-groups': groups.length <= GROUPS_BYTES_MAX ? groups : '*',
  };
}

/** Whether it is a segment, and not a digest. */
export function isSegment(item: Shippable): item is SealedSegment {
  return 'firstSeq' in item;
}

/** Whether it is a digest, and not a segment. */
export function isDigest(item: Shippable): item is SealedDigest {
  return !isSegment(item);
}

function requestOf(kind: 'load' | 'forget', item: Shippable): KeeperRequest {
  if (!isDigest(item)) return { kind, segment: item };
  return { kind: kind === 'load' ? 'load_digest' : 'forget_digest', digest: item };
}

function diskError(reply: KeeperReply): StorageError {
  const { code, message } = reply.kind === 'failed' ? reply : { code: reply.kind, message: '' };
  return new StorageError('STORAGE_UNAVAILABLE', `the spool's disk failed: ${message}`, {
    kind: 'transient',
    details: { reason: 'spool_disk', code },
  });
}
