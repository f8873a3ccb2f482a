import {
  AuditError,
  type AuditEvent,
  type AuditSink,
  type AuditStatus,
  type DeliveryJournal,
  doneWithin,
} from '@netscope/domain';

import { registerAuditGauges } from './audit-gauges.ts';
import { AuditHealth } from './audit-health.ts';
import { DropCounter, type DropReason } from './drop-counter.ts';
import { DropNotes } from './drop-notes.ts';
import { DurableCounts } from './durable-counts.ts';
import { EventRoom, isOfRecord, noRoom } from './event-room.ts';
import { DigestRounds } from './integrity/digest-rounds.ts';
import { type KeyFiles, openKeyFiles } from './integrity/key-files.ts';
import { keyFacts } from './integrity/signing-key.ts';
import { JournalNotes } from './journal/journal-notes.ts';
import { openIntake } from './open-intake.ts';
import { noteCleanEnd, type OpenedSpool, openSpool } from './open-spool.ts';
import { createSharedRing, FRAME_CLOSE, FRAME_SEAL } from './ring/shared-ring.ts';
import { SegmentPipeline } from './ship/segment-pipeline.ts';
import { StoreProbe } from './ship/store-probe.ts';
import type { SpooledAuditSinkOptions } from './sink-options.ts';
import { SpoolAccount } from './spool-account.ts';
import { SpoolThreads } from './spool-threads.ts';
import type { Intake } from './spool/intake.ts';
import { nodeSpoolFiles } from './spool/node-spool-files.ts';
import type { WriterMessage } from './spool/writer-messages.ts';
import { damageIn, type SpoolDamage, tellRecovered } from './tell-recovered.ts';
import { TurnEnd } from './turn-end.ts';

const RING_BYTES = 8 * 1024 * 1024;
/** What giving up on a disk may take past the drain. */
const ABANDON_MS = 1000;

/**
 * Keeps audit events in a durable spool and ships them to an object store. `append` costs the main
 * thread one serialising into a shared ring; writing, chaining and syncing happen in a thread of
 * their own, compressing in another. The store may be away for as long as the spool has room.
 */
export class SpooledAuditSink implements AuditSink, AsyncDisposable {
  /** How the life of this spool ended that last wrote an event; absent for the first. */
  readonly previousEpoch: 'clean' | 'unclean' | undefined;
  /** What former lives left that was not whole. */
  readonly damage: SpoolDamage;
  /** What former lives of this spool did. */
  readonly journal: DeliveryJournal;
  readonly #options: SpooledAuditSinkOptions;
  readonly #spool: OpenedSpool;
  readonly #account: SpoolAccount;
  readonly #room: EventRoom;
  readonly #health: AuditHealth;
  readonly #intake: Intake;
  readonly #threads: SpoolThreads;
  readonly #pipeline: SegmentPipeline;
  readonly #digests: DigestRounds;
  readonly #probe: StoreProbe;
  readonly #drops: DropCounter;
  /**
   * The group is whole then, unless a call is under way whose event may still join it: those who
   * wait for its events to be durable come after them.
   */
  readonly #turnEnd = new TurnEnd(() => {
    if (this.#account.reservedBytes === 0) this.#intake.endGroup();
  });
  readonly #writerClosed = Promise.withResolvers<boolean>();
  #openSinceMs: number | undefined;
  #recoveredEvents = 0;
  #head: string;
  #closing: Promise<void> | undefined;

  /**
   * Recovers the spool, begins a new epoch and starts to ship what is left of former ones. The
   * store may be down.
   * @throws {AuditError} `AUDIT_SPOOL_FAILED` where the directory cannot be used.
   * @throws {StorageError} `STORAGE_REFUSED` where the signing key cannot.
   * @throws {ConfigError} where the key of encrypted fields cannot.
   */
  static async open(options: SpooledAuditSinkOptions): Promise<SpooledAuditSink> {
    const spool = openSpool(options, nodeSpoolFiles);
    const keys = openKeyFiles(options.dataDir, options.digest.signingKeyFile);
    const sink = new SpooledAuditSink(options, spool, keys);
    await sink.#start(keys);
    return sink;
  }

  private constructor(options: SpooledAuditSinkOptions, spool: OpenedSpool, keys: KeyFiles) {
    this.#options = options;
    this.#spool = spool;
    this.#head = spool.head;
    this.previousEpoch = spool.previousEpoch;
    this.damage = damageIn(spool);
    this.journal = spool.journal;
    this.#account = new SpoolAccount(options.spool.bytesMax, options.excerptsBytesMax);
    this.#health = new AuditHealth(options);
    this.#drops = new DropCounter(options, spool.dropped);
    const ring = createSharedRing(RING_BYTES);
    this.#intake = openIntake(options, {
      ring,
      epoch: spool.epoch,
      health: this.#health,
      onDurable: new DurableCounts(options.metrics).count,
    });
    this.#room = new EventRoom({
      account: this.#account,
      onFull: options.spool.onFull,
      unwrittenBytes: () => this.#intake.unwrittenBytes,
    });
    this.#threads = new SpoolThreads(options, {
      ring,
      spool,
      keysPem: keys.pem,
      ballastBytes: this.#account.ballastBytes,
      encrypts: this.#intake.encrypts,
      onMessage: (message) => this.#onMessage(message),
      onDeath: (reason) => this.#fail(reason),
    });
    const { keeper } = this.#threads;
    new JournalNotes(spool.journal, keeper).start();
    new DropNotes(this.#drops, { keeper, timers: options.timers }).start();
    this.#pipeline = new SegmentPipeline(options, {
      keeper,
      account: this.#account,
      health: this.#health,
      journalIndex: () => spool.journal.toIndex(),
      onSealed: () => this.#digests.noteSealed(),
      onRoom: () => this.#noteRoom(),
    });
    const { pem: keysPem } = keys;
    this.#digests = new DigestRounds(options, { keeper, pipeline: this.#pipeline, keysPem });
    this.#probe = new StoreProbe(options, this.#health, spool);
  }

  reserve(): boolean {
    if (this.#closing !== undefined) return false;
    if (this.#options.spool.onFull === 'pause' && !this.#hasRoom()) return false;
    this.#account.reserve();
    return true;
  }

  get isBehind(): boolean {
    return this.#intake.isBehind;
  }

  release(): void {
    this.#account.release();
  }

  /**
   * @throws {AuditError} `AUDIT_SPOOL_FULL` for what an operator did while there is no room, and for
   * all that nobody reserved room for while a failing disk fills the memory bound;
   * `AUDIT_SPOOL_FAILED` once closed, or for an event of over 1.3 MB.
   */
  append(event: AuditEvent): Promise<void> {
    try {
      return this.#take(event);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Seals what is there now; it is shipped as soon as the store takes it. */
  seal(): void {
    this.#intake.command(FRAME_SEAL);
  }

  #take(event: AuditEvent): Promise<void> {
    const shortage = this.#room.shortageFor(event);
    if (isOfRecord(event)) this.#account.release();
    if (this.#closing !== undefined) throw failed('the sink is closed');
    this.#drops.takeUp();
    if (this.#health.has('spool_failed')) throw failed('the thread that writes has ended');
    if (shortage !== undefined) return this.#leaveOut(event, shortage);
    if (this.#drops.hasGap && this.#room.shortage === undefined) this.#writeGap();
    this.#turnEnd.note();
    return this.#intake.push(event);
  }

  /** Who asked for something is told that it is not audited; of all else the trail tells later. */
  #leaveOut(event: AuditEvent, shortage: DropReason): Promise<void> {
    if (event.kind === 'process') throw noRoom(shortage);
    this.#drops.count(shortage);
    this.#health.begin('spool_full', FULL[this.#options.spool.onFull]);
    return Promise.resolve();
  }

  /** The first thing that is written when there is room. */
  #writeGap(): void {
    const gap = this.#drops.takeGap();
    if (gap === undefined) return;
    this.#intake
      .push(gap)
      .then(() => this.#drops.told())
      .catch((error: unknown) => this.#options.log.error('audit.gap_lost', error, gap.facts));
  }

  status(): AuditStatus {
    const { tallies } = this.#pipeline;
    const { backlogBytes, spoolBytes, bytesMax, reservedBytes, openBytes } = this.#account;
    const durable = this.#recoveredEvents + this.#intake.durableSeq;
    return {
      store: this.#options.storeKind,
      state: this.#health.state,
      reason: this.#health.reason,
      troubles: this.#health.troubles,
      node: this.#options.node,
      epoch: this.#spool.epoch,
      lastSeq: this.#intake.durableSeq,
      backlogEvents: durable - tallies.eventsOut,
      backlogBytes,
      spoolBytes,
      spoolBytesMax: bytesMax,
      reservedBytes,
      segmentsPending: this.#pipeline.segmentsPending,
      oldestEventMs:
        this.#pipeline.oldestEventMs ?? (openBytes > 0 ? this.#openSinceMs : undefined),
      lastShipped: this.#pipeline.lastShipped,
      lastDigest: this.#lastDigest(),
      lastError: this.#health.lastError,
      objectsShipped: tallies.objectsShipped,
      writeErrors: tallies.writeErrors,
      dropped: { ...this.#drops.byReason },
      quarantinedSegments:
        this.#spool.recovered.quarantined.length + tallies.quarantined + this.#digests.quarantined,
      capabilities: this.#probe.capabilities,
    };
  }

  /**
   * Takes nothing more, brings everything to disk, seals, and ships as far as `drainMs` allows; the
   * rest is shipped by the next life. Idempotent; never throws.
   */
  async close(drainMs: number): Promise<void> {
    this.#closing ??= this.#close(drainMs);
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(ABANDON_MS);
  }

  #lastDigest(): AuditStatus['lastDigest'] {
    const { last } = this.#digests;
    if (last === undefined) return undefined;
    return { ...last, isShipped: this.#pipeline.lastDigestKey === last.key };
  }

  async #start({ present }: KeyFiles): Promise<void> {
    const { recovered } = this.#spool;
    const { log, metrics, clock } = this.#options;
    tellRecovered(this.#spool, log);
    for (const segment of [...recovered.sealed, ...recovered.unsealed]) {
      this.#recoveredEvents += segment.events;
    }
    log.info('audit.signing_key', 'Digests are signed with this key.', keyFacts(present));
    registerAuditGauges(metrics, clock, () => this.status());
    await this.#pipeline.fillBallast();
    for (const segment of recovered.sealed) this.#pipeline.addObject(segment);
    await this.#digests.start();
    for (const segment of recovered.unsealed) this.#pipeline.addLines(segment);
    this.#probe.start();
  }

  #hasRoom(): boolean {
    if (this.#health.state === 'down' || this.#health.has('spool_reserve')) return false;
    const { unwrittenBytes } = this.#intake;
    if (this.#account.isFull(unwrittenBytes)) {
      this.#health.begin('spool_full', FULL.pause);
      return false;
    }
    this.#health.end('spool_full');
    return this.#account.hasReservationsLeft;
  }

  #noteRoom(): void {
    if (this.#account.isFull(this.#intake.unwrittenBytes)) return;
    this.#health.end('spool_full');
    if (this.#closing === undefined && this.#room.shortage === undefined) this.#writeGap();
  }

  #onMessage(message: WriterMessage): void {
    switch (message.kind) {
      case 'durable':
        this.#account.openBytes = message.openBytes;
        this.#openSinceMs = message.openSinceMs;
        this.#intake.acknowledge(message.seq);
        break;
      case 'sealed':
        this.#account.openBytes = 0;
        this.#head = message.segment.head;
        this.#pipeline.addLines(message.segment);
        break;
      case 'stalled':
        this.#health.begin('spool_stalled', `disk: ${message.code}`);
        this.#health.noteError(failed(`the disk took nothing: ${message.message}`));
        break;
      case 'reserve_used':
        this.#pipeline.refillBallast('disk: ENOSPC');
        break;
      case 'resumed':
        this.#health.end('spool_stalled');
        break;
      case 'closed':
        this.#writerClosed.resolve(message.isComplete);
        break;
    }
  }

  #fail(reason: string): void {
    const error = failed(`a thread of the spool ended: ${reason}`);
    this.#options.log.error('audit.thread_ended', error);
    this.#health.noteError(error);
    this.#health.begin('spool_failed', 'a thread of the spool ended');
    this.#intake.fail(error);
    this.#writerClosed.resolve(false);
  }

  async #close(drainMs: number): Promise<void> {
    const { clock, timers } = this.#options;
    const endAtMs = clock.monotonicMs() + drainMs;
    // Its room is kept for it.
    this.#writeGap();
    this.#intake.command(FRAME_CLOSE);
    if (!(await doneWithin(this.#writerClosed.promise, drainMs, timers))) {
      this.#threads.abandonWriter();
      await doneWithin(this.#writerClosed.promise, ABANDON_MS, timers);
      this.#writerClosed.resolve(false);
    }
    const trail = Promise.allSettled([this.#closeTrail()]);
    await doneWithin(trail, endAtMs - clock.monotonicMs(), timers);
    this.#digests.stop();
    this.#intake.stop();
    await doneWithin(this.#pipeline.whenIdle(), endAtMs - clock.monotonicMs(), timers);
    this.#pipeline.stop();
    this.#probe.stop();
    await this.#threads.end(timers);
    const isComplete = await this.#writerClosed.promise;
    this.#intake.fail(failed('the sink is closed'));
    if (isComplete) noteCleanEnd(this.#spool, this.#head, this.#options.log);
  }

  /** Signs the epoch off once the last segment is sealed. */
  async #closeTrail(): Promise<void> {
    await this.#pipeline.whenSealed();
    if (await this.#writerClosed.promise) await this.#digests.close();
  }
}

const FULL = {
  pause: 'the spool is full',
  drop: 'the spool is full: events are dropped and counted',
} as const;

function failed(reason: string): AuditError {
  return new AuditError('AUDIT_SPOOL_FAILED', reason, { kind: 'fault' });
}
