import type { AuditStatus, TimerHandle } from '@netscope/domain';

import type { SpooledAuditSinkOptions } from '../sink-options.ts';
import type { KeeperReply, KeeperRequest } from '../spool/keeper.ts';
import type { SealedDigest } from '../spool/segment.ts';
import { openKeyFiles } from './key-files.ts';
import { keyFacts } from './signing-key.ts';

export interface DigestRoundsEdges {
  readonly keeper: { ask(request: KeeperRequest): Promise<KeeperReply> };
  readonly pipeline: { addDigest(digest: SealedDigest): void };
  /** What the keeper was started with, PEM. */
  readonly keysPem: string;
}

/** How soon a digest that the disk did not take is tried again. */
const RETRY_MS = 10_000;
/** A digest that lists this many may have left some over; with so many to list, one is made at once. */
const FULL_DIGEST_SEGMENTS = 1000;

/**
 * Has a digest made at the start of an epoch, every `intervalMs` even when nothing happened, sooner
 * where one would be full, and at its end; each is logged with its hash, which proves the trail up to
 * there when it is kept elsewhere.
 */
export class DigestRounds {
  readonly #options: SpooledAuditSinkOptions;
  readonly #edges: DigestRoundsEdges;
  #timer: TimerHandle | undefined;
  #isOpened = false;
  #isClosed = false;
  /** Segments of this life that no digest lists yet. */
  #unlisted = 0;
  #keysPem: string;
  /** Damaged digests of former lives that were set aside. */
  quarantined = 0;
  /** The newest that was made. */
  last: Omit<NonNullable<AuditStatus['lastDigest']>, 'isShipped'> | undefined;

  constructor(options: SpooledAuditSinkOptions, edges: DigestRoundsEdges) {
    this.#options = options;
    this.#edges = edges;
    this.#keysPem = edges.keysPem;
  }

  /** Ships what former lives left and makes the first digest of this one. */
  async start(): Promise<void> {
    await this.#round();
  }

  /** A segment was sealed. The ledger remembers a few thousand of those that no digest lists. */
  noteSealed(): void {
    this.#unlisted += 1;
    const isWaiting = this.#timer !== undefined && !this.#isClosed;
    if (this.#unlisted < FULL_DIGEST_SEGMENTS || !isWaiting) return;
    this.#clearTimer();
    void this.#round();
  }

  /** Makes the closing digest; call when everything is sealed. */
  async close(): Promise<void> {
    this.stop();
    await this.#make(true);
  }

  /** Makes no more by itself. */
  stop(): void {
    this.#isClosed = true;
    this.#clearTimer();
  }

  async #round(): Promise<void> {
    this.#timer = undefined;
    const isMade = await this.#make(false);
    if (this.#isClosed) return;
    const { intervalMs } = this.#options.digest;
    this.#timer = this.#options.timers.background(
      () => void this.#round(),
      isMade ? intervalMs : Math.min(intervalMs, RETRY_MS),
    );
  }

  #clearTimer(): void {
    if (this.#timer !== undefined) this.#options.timers.clear(this.#timer);
    this.#timer = undefined;
  }

  async #make(isClosing: boolean): Promise<boolean> {
    if (!this.#isOpened) this.#isOpened = await this.#take({ kind: 'pending_digests' });
    if (!this.#isOpened) return false;
    const before = this.last;
    const isMade = await this.#take({
      kind: 'digest',
      timestampMs: this.#options.clock.wallMs(),
      isClosing,
      keysPem: this.#newKeys(),
    });
    const isFull = this.last !== before && this.last?.segments === FULL_DIGEST_SEGMENTS;
    return isMade && isFull ? this.#make(isClosing) : isMade;
  }

  /** The keys of the file, where they are others by now; one that cannot be used counts as unchanged. */
  #newKeys(): string | undefined {
    const { dataDir, digest, log } = this.#options;
    if (digest.signingKeyFile === undefined) return undefined;
    try {
      const { pem, present } = openKeyFiles(dataDir, digest.signingKeyFile);
      if (pem === this.#keysPem) return undefined;
      this.#keysPem = pem;
      log.info('audit.signing_key', 'Digests are signed with this key.', keyFacts(present));
      return pem;
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      const message = 'The signing key cannot be read; the one at hand goes on.';
      log.warn('audit.signing_key_unusable', message, { cause });
      return undefined;
    }
  }

  async #take(request: KeeperRequest): Promise<boolean> {
    const { log } = this.#options;
    const reply = await this.#edges.keeper.ask(request);
    if (reply.kind !== 'digests') {
      const cause = reply.kind === 'failed' ? reply.message : reply.kind;
      log.warn('audit.digest_failed', 'A digest could not be made; it is tried again.', { cause });
      return false;
    }
    for (const name of reply.quarantined) {
      this.quarantined += 1;
      log.warn('audit.digest_quarantined', 'A digest was changed on disk.', { name });
    }
    for (const digest of reply.digests) {
      this.#edges.pipeline.addDigest(digest);
      if (request.kind === 'digest') this.#tell(digest);
    }
    return true;
  }

  #tell({ key, sha256, segments, keyId }: SealedDigest): void {
    this.#unlisted = Math.max(0, this.#unlisted - segments);
    this.last = { key, sha256, segments, atMs: this.#options.clock.wallMs() };
    this.#options.log.info('audit.digest', 'The trail is signed up to this head.', {
      object: key,
      head: sha256,
      segments,
      key_id: keyId,
    });
  }
}
