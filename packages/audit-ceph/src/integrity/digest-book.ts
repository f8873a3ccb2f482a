import { createHash } from 'node:crypto';
import { join } from 'node:path';

import type { AuditDigest, AuditDigestSegment } from '@netscope/domain';
import { AUDIT_DIGEST_VERSION, isoTimestamp } from '@netscope/domain/plain';

import type { LedgerEntry } from '../ship/ledger.ts';
import { unreadable } from '../spool/fault-code.ts';
import { parseManifest } from '../spool/manifest.ts';
import { digestKey } from '../spool/object-key.ts';
import {
  MANIFEST_ENDING,
  type SealedDigest,
  type SealedSegment,
  type SpoolIdentity,
  type SpoolPaths,
} from '../spool/segment.ts';
import { setAside, type SetAside } from '../spool/set-aside.ts';
import type { SpoolFiles } from '../spool/spool-files.ts';
import { type OwnDigest, parseOwnDigest } from './own-digest.ts';
import { digestHash, isSignedBy, signDigest, signRotation } from './signed-digest.ts';
import { type SigningKey, signingKeys } from './signing-key.ts';

export interface DigestOptions extends SpoolIdentity {
  /** Of this life of the spool. */
  readonly epoch: string;
  /** PEM; the first key signs, the others are former ones. */
  readonly keysPem: string;
}

interface DigestEdges {
  readonly paths: SpoolPaths;
  readonly files: SpoolFiles;
  /** What was shipped, oldest first. */
  readonly ledger: readonly LedgerEntry[];
}

type Listed = Omit<LedgerEntry, 'name'>;

/** A digest lists no more segments than this; the rest waits for the next. */
const SEGMENTS_MAX = 1000;

/**
 * Makes the digests of a node: each lists the segments since the one before. A digest is durable
 * before it is told of, and stays until it was shipped, so that a repeat sends the same bytes. It
 * remembers the last one in two files, which are written behind it.
 */
export class DigestBook {
  readonly #options: DigestOptions;
  readonly #edges: DigestEdges;
  #keys: readonly SigningKey[];
  /** Sealed and listed nowhere yet, in order. */
  readonly #unlisted: Listed[];
  /** Files of former lives that were changed, or cannot be read. */
  readonly quarantined: readonly SetAside[];
  #last: { readonly digest: OwnDigest; readonly sha256: string } | undefined;

  /** @throws Node's error where the disk fails. */
  constructor(options: DigestOptions, edges: DigestEdges) {
    this.#options = options;
    this.#edges = edges;
    this.#keys = signingKeys(options.keysPem, 'the signing key');
    edges.files.makeDirectory(edges.paths.digests);
    this.quarantined = this.#setAsideDamaged();
    this.#last = this.#readLast();
    const sealed = [...edges.ledger, ...this.#manifests()].toSorted(byPlace);
    this.#unlisted = sealed.filter((segment) => isBehind(segment, this.#last?.digest.position));
  }

  /** Made and not known to be shipped, oldest first. */
  get pending(): readonly SealedDigest[] {
    return this.#pendingNames().map((name) => this.#sealed(name, this.#read(name)));
  }

  /** Notes a segment that the next digest lists. */
  note(segment: SealedSegment): void {
    const isKnown = this.#unlisted.some(({ key }) => key === segment.key);
    if (!isKnown && isBehind(segment, this.#last?.digest.position)) this.#unlisted.push(segment);
  }

  /**
   * Signs with other keys from here on. Those that signed so far are kept for as long as the process
   * lives, so that they can sign that these took over.
   */
  renew(keysPem: string): void {
    const present = signingKeys(keysPem, 'the signing key');
    const former = this.#keys.filter(({ id }) => !present.some((key) => key.id === id));
    this.#keys = [...present, ...former];
  }

  /** Returns when it is on disk. @throws Node's error where it could not be written. */
  make(timestampMs: number, isClosing: boolean): SealedDigest {
    const segments = this.#unlisted.slice(0, SEGMENTS_MAX);
    const isWhole = segments.length === this.#unlisted.length;
    const facts = this.#facts(segments, timestampMs, isClosing && isWhole);
    const [present] = this.#keys;
    if (present === undefined) throw new Error('there is no key to sign with');
    const bytes = signDigest({ ...facts, ...this.#rotation(present) }, present);
    const digest = parseOwnDigest(bytes);
    if (digest === undefined) throw new Error('the digest that was made is not one');
    const name = nameOf(digest);
    this.#edges.files.replace(this.#path(name), bytes);
    for (const path of this.#edges.paths.lastDigests) this.#edges.files.replace(path, bytes);
    this.#last = { digest, sha256: digestHash(bytes) };
    this.#unlisted.splice(0, segments.length);
    return this.#sealed(name, bytes);
  }

  /** It was shipped. */
  forget(digest: SealedDigest): void {
    this.#edges.files.remove(this.#path(digest.name));
  }

  #facts(segments: readonly Listed[], timestampMs: number, closing: boolean) {
    const { node, service, epoch } = this.#options;
    const last = this.#last;
    const listed = segments.at(-1);
    const position = listed === undefined ? last?.digest.position : positionOf(listed);
    return {
      digest_version: AUDIT_DIGEST_VERSION,
      node,
      service,
      epoch,
      number: last?.digest.epoch === epoch ? last.digest.number + 1 : 1,
      timestamp: isoTimestamp(timestampMs),
      closing,
      ...(last === undefined
        ? {}
        : { previous: { key: digestKey(last.digest), sha256: last.sha256 } }),
      segments: segments.map(wireSegment),
      ...(position === undefined ? {} : { position }),
    };
  }

  #rotation(present: SigningKey): Pick<AuditDigest, 'rotation'> {
    const last = this.#last;
    if (last === undefined || last.digest.key_id === present.id) return {};
    const former = this.#keys.find(({ id }) => id === last.digest.key_id);
    if (former === undefined) return {};
    const place = { node: this.#options.node, previous: last.sha256 };
    return { rotation: signRotation(place, former, present) };
  }

  #setAsideDamaged(): readonly SetAside[] {
    return this.#allPaths().flatMap((path) => {
      const reason = this.#damageOf(path);
      return reason === undefined ? [] : [setAside(path, reason, this.#edges)];
    });
  }

  /** A digest of a key that is not known any more is believed: the key may have been changed twice. */
  #damageOf(path: string): string | undefined {
    let bytes: Buffer;
    try {
      bytes = this.#edges.files.read(path);
    } catch (error) {
      return unreadable(error);
    }
    const digest = parseOwnDigest(bytes);
    const key = this.#keys.find(({ id }) => id === digest?.key_id);
    const isSound = digest !== undefined && (key === undefined || isSignedBy(bytes, key.publicKey));
    return isSound ? undefined : 'it was changed after it was signed';
  }

  /** The newest that was made: a crash may have kept it from being remembered. */
  #readLast(): { digest: OwnDigest; sha256: string } | undefined {
    const read = this.#allPaths().flatMap((path) => {
      const bytes = this.#edges.files.read(path);
      const digest = parseOwnDigest(bytes);
      return digest === undefined ? [] : [{ digest, sha256: digestHash(bytes) }];
    });
    return read.toSorted((a, b) => (nameOf(a.digest) < nameOf(b.digest) ? -1 : 1)).at(-1);
  }

  /** Of digests: the last one, both times, and those that are not known to be shipped. */
  #allPaths(): readonly string[] {
    const { files, paths } = this.#edges;
    const last = paths.lastDigests.filter((path) => files.size(path) !== undefined);
    return [...last, ...this.#pendingNames().map((name) => this.#path(name))];
  }

  #manifests(): readonly SealedSegment[] {
    const { files, paths } = this.#edges;
    return files
      .list(paths.segments)
      .filter((name) => name.endsWith(MANIFEST_ENDING))
      .flatMap((name) => {
        const manifest = parseManifest(files.read(join(paths.segments, name)).toString('utf8'));
        return manifest === undefined ? [] : [manifest];
      });
  }

  #pendingNames(): readonly string[] {
    const { files, paths } = this.#edges;
    return files.list(paths.digests).filter((name) => name.endsWith('.json'));
  }

  #sealed(name: string, bytes: Buffer): SealedDigest {
    const digest = parseOwnDigest(bytes);
    const { node } = this.#options;
    return {
      name,
      // The name is the key's last part, also where the file was damaged.
      key: digest === undefined ? digestKey({ node, ...placeOf(name) }) : digestKey(digest),
      objectBytes: bytes.length,
      sha256: digestHash(bytes),
      md5: createHash('md5').update(bytes).digest('hex'),
      segments: digest?.segments.length ?? 0,
      timestamp: digest?.timestamp ?? '',
      keyId: digest?.key_id ?? '',
    };
  }

  #read(name: string): Buffer {
    return this.#edges.files.read(this.#path(name));
  }

  #path(name: string): string {
    return join(this.#edges.paths.digests, name);
  }
}

type Position = NonNullable<AuditDigest['position']>;

function positionOf({ epoch, lastSeq, head }: Listed): Position {
  return { epoch, seq: lastSeq, head };
}

function isBehind(segment: Listed, position: Position | undefined): boolean {
  if (position === undefined || segment.epoch > position.epoch) return true;
  return segment.epoch === position.epoch && segment.lastSeq > position.seq;
}

function byPlace(a: Listed, b: Listed): number {
  return a.epoch === b.epoch ? a.lastSeq - b.lastSeq : a.epoch < b.epoch ? -1 : 1;
}

function wireSegment(segment: Listed): AuditDigestSegment {
  return {
    key: segment.key,
    epoch: segment.epoch,
    first_seq: segment.firstSeq,
    last_seq: segment.lastSeq,
    events: segment.events,
    bytes: segment.bytes,
    object_bytes: segment.objectBytes,
    sha256: segment.sha256,
    root: segment.root,
    head: segment.head,
  };
}

function nameOf({ epoch, number }: OwnDigest): string {
  return `${epoch}-${String(number).padStart(12, '0')}.json`;
}

function placeOf(name: string): { readonly epoch: string; readonly number: number } {
  const [epoch = '', number = ''] = name.replace('.json', '').split('-');
  return { epoch, number: Number(number) };
}
