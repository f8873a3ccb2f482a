import type { Counter, StorageError, TimerHandle } from '@netscope/domain';

import type { AuditHealth } from '../audit-health.ts';
import type { SpooledAuditSinkOptions } from '../sink-options.ts';
import type { SpoolAccount } from '../spool-account.ts';
import type { KeeperReply, KeeperRequest } from '../spool/keeper.ts';
import type { SealedDigest, SealedSegment, SegmentFacts } from '../spool/segment.ts';
import { RetryQueue } from './retry-queue.ts';
import { isDigest, isSegment, type Shippable, Shipper } from './shipper.ts';
import { reasonOf } from './storage-failure.ts';

const SEAL_RETRY_MS = 500;
/** How soon a full disk is asked again for the reserve: consumption resumes within 5 s. */
const BALLAST_RETRY_MS = 1000;

export interface PipelineEdges {
  readonly keeper: { ask(request: KeeperRequest): Promise<KeeperReply> };
  readonly account: SpoolAccount;
  readonly health: AuditHealth;
  /** What must be on disk before a segment's lines go. */
  readonly journalIndex: () => string;
  /** Told of each segment that is compressed and durable. */
  readonly onSealed: () => void;
  /** Told whenever room came back. */
  readonly onRoom: () => void;
}

/** The way of a sealed segment: compressed, shipped, forgotten; with what is told of each step. */
export class SegmentPipeline {
  readonly #options: SpooledAuditSinkOptions;
  readonly #edges: PipelineEdges;
  readonly #sealing: RetryQueue<SegmentFacts>;
  readonly #shipper: Shipper;
  readonly #writes: Counter;
  readonly tallies = { objectsShipped: 0, writeErrors: 0, quarantined: 0, eventsOut: 0 };
  #ballastTimer: TimerHandle | undefined;
  /** Of the last digest that the store has taken. */
  lastDigestKey: string | undefined;
  lastShipped: { readonly key: string; readonly atMs: number; readonly bytes: number } | undefined;

  constructor(options: SpooledAuditSinkOptions, edges: PipelineEdges) {
    this.#options = options;
    this.#edges = edges;
    this.#writes = options.metrics.counter('audit_writes_total', {});
    this.#sealing = new RetryQueue({
      timers: options.timers,
      work: async (segment) => this.#seal(segment),
      backoffMs: () => SEAL_RETRY_MS,
    });
    this.#shipper = new Shipper({
      ...options,
      keeper: edges.keeper,
      listener: {
        onShipped: (segment) => this.#onShipped(segment),
        onDamaged: (segment) => this.#onDamaged(segment),
        onFailure: (error) => this.#onFailure(error),
      },
    });
  }

  get segmentsPending(): number {
    return this.#sealing.items.length + this.#pendingSegments().length;
  }

  /** Event time of the oldest sealed event, ms since the epoch. */
  get oldestEventMs(): number | undefined {
    return (this.#firstPending() ?? this.#sealing.items[0])?.firstTimeMs;
  }

  /** Takes a digest; it is shipped behind what it lists. */
  addDigest(digest: SealedDigest): void {
    this.#edges.account.digestBytes += digest.objectBytes;
    this.#shipper.add(digest);
  }

  /** Resolves when everything taken so far is compressed. */
  async whenSealed(): Promise<void> {
    await this.#sealing.whenIdle();
  }

  /** Takes a sealed file of lines. */
  addLines(segment: SegmentFacts): void {
    this.#edges.account.sealedBytes += segment.bytes;
    this.#sealing.add(segment);
  }

  /** Takes a compressed segment of a former life. */
  addObject(segment: SealedSegment): void {
    this.#edges.account.objectBytes += segment.objectBytes;
    this.#shipper.add(segment);
  }

  /** Resolves when all is in the store. */
  async whenIdle(): Promise<void> {
    await this.#sealing.whenIdle();
    this.#shipper.hurry();
    await this.#shipper.whenIdle();
  }

  stop(): void {
    this.#sealing.stop();
    this.#shipper.stop();
    if (this.#ballastTimer !== undefined) this.#options.timers.clear(this.#ballastTimer);
  }

  /** The reserve was cut: nothing is admitted before it is whole again. */
  refillBallast(reason: string): void {
    this.#edges.health.begin('spool_reserve', reason);
    this.#ballastTimer ??= this.#options.timers.background(() => {
      this.#ballastTimer = undefined;
      void this.fillBallast();
    }, BALLAST_RETRY_MS);
  }

  /** Fills the reserve up; asks again until the disk has room for it. */
  async fillBallast(): Promise<void> {
    const { keeper, health } = this.#edges;
    // What it would take now is what the stalled writer waits for.
    if (health.has('spool_stalled')) return this.refillBallast('disk: stalled');
    const reply = await keeper.ask({ kind: 'fill_ballast' });
    if (reply.kind === 'done') {
      health.end('spool_reserve');
      return this.#edges.onRoom();
    }
    this.refillBallast(reply.kind === 'failed' ? `disk: ${reply.code}` : reply.kind);
  }

  #pendingSegments(): readonly SealedSegment[] {
    return this.#shipper.pending.filter((item) => isSegment(item));
  }

  #firstPending(): SealedSegment | undefined {
    return this.#shipper.pending.find((item) => isSegment(item));
  }

  async #seal(segment: SegmentFacts): Promise<boolean> {
    const { keeper, account, health, journalIndex } = this.#edges;
    const reply = await keeper.ask({ kind: 'seal', segment, journal: journalIndex() });
    if (reply.kind !== 'sealed') return this.#onUnsealed(segment, reply);
    account.sealedBytes -= segment.bytes;
    this.addObject(reply.segment);
    this.#edges.onSealed();
    // Sealing may have used the reserve; where it did not, this looks at one size and is done.
    if (!health.has('spool_reserve')) void this.fillBallast();
    return true;
  }

  #onUnsealed(segment: SegmentFacts, reply: KeeperReply): boolean {
    const code = reply.kind === 'failed' ? reply.code : reply.kind;
    this.#options.log.warn('audit.seal_failed', 'A segment could not be compressed.', {
      segment: segment.name,
      cause: code,
    });
    if (code !== 'damaged') return false;
    this.#edges.account.sealedBytes -= segment.bytes;
    this.tallies.quarantined += 1;
    this.tallies.eventsOut += segment.events;
    return true;
  }

  #onShipped(segment: Shippable): void {
    if (isDigest(segment)) {
      this.#edges.account.digestBytes -= segment.objectBytes;
      this.lastDigestKey = segment.key;
      this.#edges.health.end('store');
      return this.#edges.onRoom();
    }
    this.#edges.account.objectBytes -= segment.objectBytes;
    this.tallies.objectsShipped += 1;
    this.tallies.eventsOut += segment.events;
    this.#writes.inc();
    const atMs = this.#options.clock.wallMs();
    this.lastShipped = { key: segment.key, atMs, bytes: segment.objectBytes };
    this.#edges.health.end('store');
    this.#edges.onRoom();
  }

  #onDamaged(segment: Shippable): void {
    if (isDigest(segment)) {
      const { name } = segment;
      this.#edges.account.digestBytes -= segment.objectBytes;
      this.tallies.quarantined += 1;
      this.#options.log.warn('audit.digest_quarantined', 'A digest was changed on disk.', { name });
      return;
    }
    this.#edges.account.objectBytes -= segment.objectBytes;
    this.tallies.quarantined += 1;
    this.tallies.eventsOut += segment.events;
    this.#options.log.warn('audit.segment_quarantined', 'A segment was changed on disk.', {
      segment: segment.name,
      events: segment.events,
    });
  }

  #onFailure(error: StorageError): void {
    const label = reasonOf(error);
    this.tallies.writeErrors += 1;
    this.#options.metrics.counter('audit_write_errors_total', { reason: label }).inc();
    this.#edges.health.noteError(error);
    this.#edges.health.begin('store', `store: ${label}`);
  }
}
