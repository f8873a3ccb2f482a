import { hash } from 'node:crypto';
import { join } from 'node:path';

import { DigestBook } from '../integrity/digest-book.ts';
import { Ledger } from '../ship/ledger.ts';
import { Ballast } from './ballast.ts';
import { compressSegment } from './compress-segment.ts';
import { faultCode, faultMessage } from './fault-code.ts';
import {
  type SealedDigest,
  type SealedSegment,
  type SegmentFacts,
  type SpoolIdentity,
  SpoolPaths,
} from './segment.ts';
import { setAside } from './set-aside.ts';
import type { SpoolFiles } from './spool-files.ts';

export interface KeeperOptions extends SpoolIdentity {
  readonly dataDir: string;
  readonly zstdLevel: number;
  readonly ballastBytes: number;
  /** This life of the spool. */
  readonly epoch: string;
  /** Keys that sign digests, PEM; the present one first. */
  readonly keysPem: string;
}

/** Room that a digest takes at most: a thousand segments of some 500 bytes. */
const DIGEST_BYTES = 512 * 1024;

/** What asking again does not heal; all else is tried again. */
const UNREADABLE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR', 'EIO', 'EACCES']);

/** What frees a full disk in the end. */
const NEEDS_ROOM: ReadonlySet<KeeperRequest['kind']> = new Set([
  'seal',
  'load',
  'forget',
  'digest',
  'load_digest',
  'forget_digest',
  'pending_digests',
]);

/** What the keeper does; every answer comes after the disk has it. */
export type KeeperRequest =
  /** `journal` is on disk before the lines go. */
  | { readonly kind: 'seal'; readonly segment: SegmentFacts; readonly journal: string }
  /** Not synced. */
  | { readonly kind: 'note'; readonly slot: number; readonly text: string }
  /** Nor is this. */
  | { readonly kind: 'note_drops'; readonly text: string }
  | { readonly kind: 'load'; readonly segment: SealedSegment }
  | { readonly kind: 'forget'; readonly segment: SealedSegment }
  | { readonly kind: 'fill_ballast' }
  | DigestRequest;

type SealRequest = Extract<KeeperRequest, { kind: 'seal' }>;

type DigestRequest =
  /** Signs what was sealed since the last digest; `keysPem` where the keys are others by now. */
  | {
      readonly kind: 'digest';
      readonly timestampMs: number;
      readonly isClosing: boolean;
      readonly keysPem?: string | undefined;
    }
  | { readonly kind: 'load_digest' | 'forget_digest'; readonly digest: SealedDigest }
  /** The digests of former lives that were not shipped. */
  | { readonly kind: 'pending_digests' };

/** One answer for each request, in order. */
export type KeeperReply =
  | { readonly kind: 'sealed'; readonly segment: SealedSegment }
  | {
      readonly kind: 'digests';
      readonly digests: readonly SealedDigest[];
      /** Damaged files of former lives that were set aside. */
      readonly quarantined: readonly string[];
    }
  | { readonly kind: 'loaded'; readonly body: Uint8Array<ArrayBuffer> }
  /** The file is not what its manifest says; it was set aside. */
  | { readonly kind: 'damaged' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/**
 * Everything that the spool does with files besides appending: compresses sealed segments, reads
 * them for the shipper, forgets those that were shipped. It blocks, and so lives in a thread of its
 * own, where it holds neither a call nor a group commit up.
 */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #files: SpoolFiles;
  readonly #paths: SpoolPaths;
  readonly #ballast: Ballast;
  readonly #ledger: Ledger;
  readonly #fdByNote = new Map<string, number>();
  #book: DigestBook | undefined;
  #scratch: Buffer = Buffer.alloc(0);

  constructor(options: KeeperOptions, files: SpoolFiles) {
    this.#options = options;
    this.#files = files;
    this.#paths = new SpoolPaths(options.dataDir);
    this.#ballast = new Ballast(this.#paths.ballast, files);
    this.#ledger = new Ledger(this.#paths.ledger, files);
  }

  /** Never throws: what the disk did not do is a reply, and is asked again. */
  handle(request: KeeperRequest): KeeperReply {
    const reply = this.#attempt(request);
    if (reply.kind !== 'failed' || reply.code !== 'ENOSPC' || !NEEDS_ROOM.has(request.kind)) {
      return reply;
    }
    // Sealing and shipping are what gives a full disk room again, so they may use the reserve.
    this.#ballast.free('segment' in request ? request.segment.bytes : DIGEST_BYTES);
    return this.#attempt(request);
  }

  #attempt(request: KeeperRequest): KeeperReply {
    try {
      return this.#do(request);
    } catch (error) {
      return { kind: 'failed', code: faultCode(error), message: faultMessage(error) };
    }
  }

  #do(request: KeeperRequest): KeeperReply {
    if (request.kind === 'seal') return this.#seal(request);
    if (request.kind === 'note') {
      return this.#note(this.#paths.acknowledged[request.slot === 0 ? 0 : 1], request.text);
    }
    if (request.kind === 'note_drops') return this.#note(this.#paths.dropped, request.text);
    if (request.kind === 'load') return this.#load(request.segment);
    if (request.kind === 'forget') return this.#forget(request.segment);
    if (request.kind !== 'fill_ballast') return this.#doDigest(request);
    this.#ballast.fill(this.#options.ballastBytes);
    return { kind: 'done' };
  }

  #doDigest(request: DigestRequest): KeeperReply {
    const book = this.#digests();
    if (request.kind === 'pending_digests')
      return {
        kind: 'digests',
        digests: book.pending,
        quarantined: book.quarantined.map(({ file }) => file),
      };
    if (request.kind === 'load_digest') return this.#loadDigest(request.digest);
    if (request.kind === 'digest') {
      if (request.keysPem !== undefined) book.renew(request.keysPem);
      return {
        kind: 'digests',
        digests: [book.make(request.timestampMs, request.isClosing)],
        quarantined: [],
      };
    }
    book.forget(request.digest);
    return { kind: 'done' };
  }

  #seal({ segment, journal }: SealRequest): KeeperReply {
    const { node, service, zstdLevel } = this.#options;
    const scratch = this.#scratchOf(this.#files.size(this.#paths.lines(segment.name)) ?? 0);
    const options = { paths: this.#paths, node, service, zstdLevel, scratch };
    const book = this.#digests();
    this.#files.replace(this.#paths.journal, Buffer.from(journal));
    try {
      const sealed = compressSegment(segment, options, this.#files);
      book.note(sealed);
      return { kind: 'sealed', segment: sealed };
    } catch (error) {
      if (!this.#isUnreadable(this.#paths.lines(segment.name))) throw error;
      this.#setAside(this.#paths.lines(segment.name));
      return { kind: 'damaged' };
    }
  }

  /** As large as the largest segment so far. */
  #scratchOf(bytes: number): Buffer {
    if (this.#scratch.length < bytes) this.#scratch = Buffer.allocUnsafeSlow(bytes);
    return this.#scratch;
  }

  #note(path: string, text: string): KeeperReply {
    const fd = this.#fdByNote.get(path) ?? this.#files.openForWrite(path);
    this.#fdByNote.set(path, fd);
    const bytes = Buffer.from(text);
    this.#files.write(fd, bytes, { length: bytes.length, position: 0 });
    return { kind: 'done' };
  }

  #loadDigest(digest: SealedDigest): KeeperReply {
    const path = join(this.#paths.digests, digest.name);
    const body = this.#readWhole(path, digest.sha256);
    if (body !== undefined) return { kind: 'loaded', body };
    this.#setAside(path);
    return { kind: 'damaged' };
  }

  /** Opened with the first use: it reads what former lives left. */
  #digests(): DigestBook {
    this.#book ??= new DigestBook(this.#options, {
      paths: this.#paths,
      files: this.#files,
      ledger: this.#ledger.entries,
    });
    return this.#book;
  }

  #load({ name, sha256 }: SealedSegment): KeeperReply {
    const body = this.#readWhole(this.#paths.object(name), sha256);
    if (body !== undefined) return { kind: 'loaded', body };
    this.#setAside(this.#paths.object(name));
    this.#setAside(this.#paths.manifest(name));
    return { kind: 'damaged' };
  }

  #isUnreadable(path: string): boolean {
    try {
      this.#files.read(path);
      return false;
    } catch (error) {
      return UNREADABLE.has(faultCode(error));
    }
  }

  /** `undefined` where these are not the bytes, or no longer to be had. @throws for what may pass. */
  #readWhole(path: string, sha256: string): Uint8Array<ArrayBuffer> | undefined {
    try {
      const bytes = this.#files.readInto(path, this.#scratchOf(this.#files.size(path) ?? 0));
      return hash('sha256', bytes, 'hex') === sha256 ? new Uint8Array(bytes) : undefined;
    } catch (error) {
      if (UNREADABLE.has(faultCode(error))) return undefined;
      throw error;
    }
  }

  #forget(segment: SealedSegment): KeeperReply {
    const { name, key, epoch, firstSeq, lastSeq, events, bytes } = segment;
    const { objectBytes, sha256, root, head } = segment;
    this.#ledger.add({
      name,
      key,
      epoch,
      firstSeq,
      lastSeq,
      events,
      bytes,
      objectBytes,
      sha256,
      root,
      head,
    });
    this.#files.remove(this.#paths.object(name));
    this.#files.remove(this.#paths.manifest(name));
    return { kind: 'done' };
  }

  #setAside(path: string): void {
    if (this.#files.size(path) === undefined) return;
    setAside(path, 'it was changed after it was written', {
      paths: this.#paths,
      files: this.#files,
    });
  }
}
