import { LineEncryptor } from '../encryption/line-encryptor.ts';
import type { RingReader } from '../ring/ring-reader.ts';
import { FRAME_CLOSE, FRAME_DATA_KEY, FRAME_GROUP, FRAME_SEAL } from '../ring/shared-ring.ts';
import { Ballast } from './ballast.ts';
import { faultCode, faultMessage } from './fault-code.ts';
import { HashChain } from './hash-chain.ts';
import { headNote } from './head-note.ts';
import { OpenSegment } from './open-segment.ts';
import { SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';
import { SyncTime } from './sync-time.ts';
import type { WriterMessage, WriterOptions } from './writer-messages.ts';

/** A group is written when it has this many bytes, however young it is (`audit.md`, Spool). */
export const GROUP_BYTES = 256 * 1024;

const IDLE_WAIT_MS = 60_000;
/** A full disk is asked again this soon, so that space that comes back is used within 5 s. */
const RETRY_MIN_MS = 50;
const RETRY_MAX_MS = 1000;
/** A group that nothing joins for so long waits in vain: those who would come wait for its end. */
const QUIET_MS = 1;

export interface SpoolWriterEdges {
  readonly reader: RingReader;
  readonly files: SpoolFiles;
  readonly post: (message: WriterMessage) => void;
  readonly monotonicMs: () => number;
  readonly wallMs: () => number;
}

/**
 * Drains the ring into segment files: numbers and chains the lines, writes them in groups, syncs,
 * and only then tells. It blocks, and so lives in a thread of its own. A disk that takes nothing
 * never ends it: the group stays in memory and is tried again, from its first byte on, because a
 * failed sync may have dropped pages that were written before.
 */
export class SpoolWriter {
  readonly #edges: SpoolWriterEdges;
  readonly #options: WriterOptions;
  readonly #paths: SpoolPaths;
  readonly #chain: HashChain;
  readonly #ballast: Ballast;
  readonly #encryptor: LineEncryptor | undefined;
  readonly #groupNames: string[] = [];
  #lines = Buffer.allocUnsafeSlow(GROUP_BYTES * 2);
  #filled = 0;
  #segment: OpenSegment | undefined;
  #segments = 0;
  #headFd: number | undefined;
  readonly #syncTime = new SyncTime();
  #isClosed = false;

  constructor(options: WriterOptions, edges: SpoolWriterEdges) {
    this.#options = options;
    this.#edges = edges;
    this.#paths = new SpoolPaths(options.dataDir);
    this.#chain = new HashChain({ ...options, seq: 0 });
    this.#ballast = new Ballast(this.#paths.ballast, edges.files);
    this.#encryptor = options.encrypts ? new LineEncryptor(options) : undefined;
  }

  /** Works until told to close, or to give up. */
  run(): void {
    while (!this.#isClosed) this.turn();
  }

  /** Waits for events, then writes one group of them; or seals a segment whose time has come. */
  turn(): void {
    const { reader } = this.#edges;
    if (reader.pendingBytes === 0) reader.waitForFrame(this.#msUntilSeal());
    if (reader.pendingBytes > 0) {
      this.#gather();
      this.#drain();
      this.#commit();
    }
    if (this.#msUntilSeal() <= 0) this.#seal();
  }

  #msUntilSeal(): number {
    if (this.#segment === undefined) return IDLE_WAIT_MS;
    const ageMs = this.#edges.monotonicMs() - this.#segment.openedAtMs;
    const untilTurnMs = this.#segment.msUntilTurn(this.#edges.wallMs());
    return Math.min(this.#options.segmentAgeMaxMs - ageMs, untilTurnMs);
  }

  /** The wait leaves room for the sync, so that both together take `syncMs`. */
  #gather(): void {
    const { reader } = this.#edges;
    let leftMs = Math.max(QUIET_MS, this.#options.syncMs - this.#syncTime.expectedMs);
    for (let seen = 0; leftMs > 0 && !reader.isWhole; leftMs -= QUIET_MS) {
      const pending = reader.pendingBytes;
      if (pending === seen || pending >= GROUP_BYTES) return;
      seen = pending;
      reader.gather(Math.min(leftMs, QUIET_MS));
    }
  }

  #drain(): void {
    const { reader } = this.#edges;
    while (!this.#isClosed && this.#filled < GROUP_BYTES && reader.next()) {
      if (reader.kind >= 0) this.#takeEvent();
      else this.#obey(reader.kind);
      reader.release();
    }
  }

  #obey(kind: number): void {
    if (kind === FRAME_GROUP) {
      this.#groupNames.push(this.#edges.reader.text());
      return;
    }
    if (kind === FRAME_DATA_KEY) {
      this.#encryptor?.takeKey(this.#edges.reader.text());
      return;
    }
    if (kind !== FRAME_SEAL && kind !== FRAME_CLOSE) return;
    this.#commit();
    this.#seal();
    if (kind === FRAME_CLOSE) this.#close(this.#filled === 0);
  }

  #takeEvent(): void {
    const { kind, timeMs, textBytes } = this.#edges.reader;
    const ownBytesMax = this.#encryptor?.lineBytesMax(textBytes) ?? textBytes;
    const lineBytesMax = ownBytesMax + this.#chain.suffixBytesMax;
    if (this.#mustTurn(timeMs, lineBytesMax)) {
      this.#commit();
      this.#seal();
    }
    this.#segment ??= this.#openSegment(timeMs);
    this.#makeRoom(lineBytesMax);
    const start = this.#filled;
    this.#edges.reader.copyText(this.#lines, start);
    const end = start + textBytes;
    const open = this.#encryptor?.encrypt(this.#lines, end, this.#chain.seq + 1) ?? end;
    this.#filled = this.#chain.close(this.#lines, start, open);
    this.#segment.note(timeMs, this.#groupNames[kind - 1]);
  }

  #mustTurn(timeMs: number, lineBytes: number): boolean {
    const segment = this.#segment;
    if (segment === undefined) return false;
    const bytes = segment.bytes + this.#filled + lineBytes;
    return !segment.takes(timeMs) || bytes > this.#options.segmentBytesMax;
  }

  #openSegment(timeMs: number): OpenSegment {
    this.#segments += 1;
    return new OpenSegment({
      epoch: this.#options.epoch,
      number: this.#segments,
      firstSeq: this.#chain.seq + 1,
      timeMs,
      openedAtMs: this.#edges.monotonicMs(),
      openedWallMs: this.#edges.wallMs(),
    });
  }

  #makeRoom(bytes: number): void {
    if (this.#filled + bytes <= this.#lines.length) return;
    const larger = Buffer.allocUnsafeSlow((this.#filled + bytes) * 2);
    this.#lines.copy(larger, 0, 0, this.#filled);
    this.#lines = larger;
  }

  /** Returns when the group is on disk, however long that takes; or when told to give up. */
  #commit(): void {
    const segment = this.#segment;
    if (segment === undefined || this.#filled === 0) return;
    for (let failures = 0; !this.#tryCommit(segment, failures); failures += 1) {
      if (this.#edges.reader.isAbandoned) return this.#close(false);
      // The first repeat comes at once: the reserve may have made room.
      if (failures > 0) this.#pause(failures);
    }
    segment.bytes += this.#filled;
    this.#filled = 0;
    this.#edges.post({
      kind: 'durable',
      seq: this.#chain.seq,
      openBytes: segment.bytes,
      openSinceMs: segment.firstTimeMs,
    });
  }

  #pause(failures: number): void {
    this.#edges.reader.pause(Math.min(RETRY_MIN_MS * 2 ** failures, RETRY_MAX_MS));
  }

  #tryCommit(segment: OpenSegment, failures: number): boolean {
    try {
      this.#writeGroup(segment);
      if (failures > 1) this.#edges.post({ kind: 'resumed' });
      return true;
    } catch (error) {
      this.#onFault(error, failures);
      return false;
    }
  }

  #onFault(error: unknown, failures: number): void {
    const code = faultCode(error);
    if (code === 'ENOSPC') {
      this.#ballast.free(this.#filled);
      if (failures === 0) this.#edges.post({ kind: 'reserve_used' });
    }
    if (failures !== 1) return;
    this.#edges.post({ kind: 'stalled', code, message: faultMessage(error) });
  }

  #writeGroup(segment: OpenSegment): void {
    const { files, monotonicMs } = this.#edges;
    segment.fd ??= files.openForWrite(this.#paths.lines(segment.name));
    const startedAtMs = monotonicMs();
    const place = { length: this.#filled, position: segment.bytes };
    files.write(segment.fd, this.#lines, place);
    this.#noteHead();
    files.syncData(segment.fd);
    this.#syncTime.note(monotonicMs() - startedAtMs);
  }

  /** Not synced: it lets a recovery after `kill -9` check the last line too, which none follows. */
  #noteHead(): void {
    const { files } = this.#edges;
    this.#headFd ??= files.openForWrite(this.#paths.head);
    const { seq: lastSeq, head } = this.#chain;
    const text = headNote({ epoch: this.#options.epoch, lastSeq, head });
    files.write(this.#headFd, text, { length: text.length, position: 0 });
  }

  #seal(): void {
    const segment = this.#segment;
    if (segment === undefined || this.#isClosed) return;
    this.#segment = undefined;
    if (segment.fd !== undefined) this.#edges.files.close(segment.fd);
    const { seq, head } = this.#chain;
    this.#edges.post({ kind: 'sealed', segment: segment.facts(seq, head) });
  }

  #close(isComplete: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#headFd !== undefined) this.#edges.files.close(this.#headFd);
    this.#edges.post({ kind: 'closed', isComplete });
  }
}
