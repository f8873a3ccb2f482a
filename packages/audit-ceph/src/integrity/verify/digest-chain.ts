import { type AuditDigest, type AuditDigestSegment, StorageError } from '@netscope/domain';

import { digestKey } from '../../spool/object-key.ts';
import { CHAIN_START } from '../../spool/segment.ts';
import { parseDigest } from '../parse-digest.ts';
import { digestHash } from '../signed-digest.ts';
import { EpochEnds } from './epoch-ends.ts';
import type { Finding, FindingKind } from './finding.ts';
import type { TrustedKeys } from './trusted-keys.ts';

/** Of the versions of digests that are checked. */
const MAJOR = '1.';

/** A listed segment and the hash that its first line must carry. */
export interface ListedSegment {
  readonly node: string;
  readonly segment: AuditDigestSegment;
  /** `undefined` where it is not known. */
  readonly prev: string | undefined;
}

/** Where a node's chain stands. */
export interface ChainPosition {
  readonly epoch: string;
  readonly seq: number;
  readonly head: string;
}

/**
 * One node's digests in order: each signed by a trusted key, joined to the one before, and what they
 * list without a gap. A digest that is not what it must be is told, and the chain goes on behind it.
 */
export class DigestChain {
  readonly #keys: TrustedKeys;
  readonly #onFinding: (finding: Finding) => void;
  /** A chain that begins in its middle is no finding: what came before is out of range. */
  readonly #isPartial: boolean;
  /** Of every digest that was sound. */
  readonly hashes = new Set<string>();
  readonly ends = new EpochEnds();
  #last: { readonly digest: AuditDigest; readonly sha256: string } | undefined;
  position: ChainPosition | undefined;

  constructor(options: {
    readonly keys: TrustedKeys;
    readonly isPartial: boolean;
    readonly onFinding: (finding: Finding) => void;
  }) {
    this.#keys = options.keys;
    this.#isPartial = options.isPartial;
    this.#onFinding = options.onFinding;
  }

  get last(): AuditDigest | undefined {
    return this.#last?.digest;
  }

  get head(): string | undefined {
    return this.#last?.sha256;
  }

  /**
   * Checks the next digest; what it lists, where it counts.
   * @throws {StorageError} for one of a later major version that a trusted key signed.
   */
  take(key: string, bytes: Buffer): readonly ListedSegment[] {
    const digest = parseDigest(bytes);
    this.#refuseNewer(key, bytes);
    if (digest === undefined) return this.#refuse('changed', key, 'it is not a digest');
    const flaw = this.#keys.flawIn(digest, bytes);
    if (flaw !== undefined) return this.#refuse('bad_signature', key, flaw);
    const own = digestKey(digest);
    if (own !== key) return this.#refuse('extra', key, `it is a copy of ${own}`);
    this.#checkJoin(key, digest);
    const sha256 = digestHash(bytes);
    this.#last = { digest, sha256 };
    this.hashes.add(sha256);
    this.ends.note(digest);
    const listed = digest.segments.map((segment) => this.#list(key, digest.node, segment));
    this.#checkPosition(key, digest);
    return listed;
  }

  /** A later major version means something else by its fields; a forged one is as any that is forged. */
  #refuseNewer(key: string, bytes: Buffer): void {
    const version = versionOf(bytes);
    if (version === undefined || version.startsWith(MAJOR) || !this.#keys.signed(bytes)) return;
    throw new StorageError(
      'STORAGE_REFUSED',
      `${key} has digest_version ${version} and this release checks ${MAJOR}x: a newer netscope checks it`,
      { kind: 'permanent' },
    );
  }

  #checkJoin(key: string, { previous }: AuditDigest): void {
    const last = this.#last;
    if (last === undefined) {
      if (previous === undefined || this.#isPartial) return;
      return this.#find('missing', previous.key, `the digest that ${key} names before it`);
    }
    if (previous?.sha256 === last.sha256) return;
    const before = digestKey(last.digest);
    if (previous === undefined) {
      return this.#find('not_joined', key, `it begins a new trail and does not name ${before}`);
    }
    const what = `the digest with hash ${previous.sha256} that ${key} names before it`;
    this.#find(previous.key === before ? 'changed' : 'missing', previous.key, what);
  }

  #list(key: string, node: string, segment: AuditDigestSegment): ListedSegment {
    const prev = this.#joinOf(key, segment);
    this.position = { epoch: segment.epoch, seq: segment.last_seq, head: segment.head };
    return { node, segment, prev };
  }

  /** The hash that its first line must carry; a gap before it is told. */
  #joinOf(key: string, segment: AuditDigestSegment): string | undefined {
    const { position } = this;
    if (position === undefined && this.#isPartial) return undefined;
    const expected = position?.epoch === segment.epoch ? position.seq + 1 : 1;
    if (segment.first_seq === expected) return position?.head ?? CHAIN_START;
    const kind = segment.first_seq > expected ? 'missing' : 'reordered';
    const gap = `it begins with ${segment.first_seq} where ${expected} is due`;
    this.#find(kind, segment.key, `${gap}, as ${key} lists it`);
    return undefined;
  }

  #checkPosition(key: string, digest: AuditDigest): void {
    const { position } = digest;
    const at = this.position;
    if (at === undefined) {
      this.position = position;
      return;
    }
    if (position?.epoch === at.epoch && position.seq === at.seq && position.head === at.head)
      return;
    this.#find('missing', key, 'what it lists does not lead to the position that it names');
    this.position = position ?? at;
  }

  #refuse(kind: FindingKind, place: string, message: string): readonly ListedSegment[] {
    this.#find(kind, place, message);
    return [];
  }

  #find(kind: FindingKind, place: string, message: string): void {
    this.#onFinding({ kind, place, message });
  }
}

function versionOf(bytes: Buffer): string | undefined {
  return /^\{"digest_version":"(\d{1,6}\.\d{1,6})"/.exec(bytes.toString('latin1', 0, 64))?.[1];
}
