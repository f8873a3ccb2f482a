import { join } from 'node:path';

/** One spool file of lines that will be one object: a single epoch, a single hour. */
export interface SegmentFacts {
  /** `<epoch>-<number>`, the file's name without its ending. */
  readonly name: string;
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: number;
  /** Of the lines. */
  readonly bytes: number;
  /** Event times, wall clock, ms since the epoch. */
  readonly firstTimeMs: number;
  readonly lastTimeMs: number;
  readonly routeGroups: readonly string[];
  /** SHA-256 of its last line: what the next line carries as `prev`. */
  readonly head: string;
}

/** A sealed and compressed segment, as its manifest beside it says; ready to be shipped. */
export interface SealedSegment extends SegmentFacts {
  readonly key: string;
  /** Of the compressed file. */
  readonly objectBytes: number;
  readonly sha256: string;
  readonly md5: string;
  /** Merkle root over its lines. */
  readonly root: string;
}

/** A signed digest on disk, ready to be shipped. */
export interface SealedDigest {
  /** Of its file. */
  readonly name: string;
  readonly key: string;
  readonly objectBytes: number;
  readonly sha256: string;
  readonly md5: string;
  /** How many it lists. */
  readonly segments: number;
  /** When it was made, RFC 3339. */
  readonly timestamp: string;
  readonly keyId: string;
}

/** Whose objects they are. */
export interface SpoolIdentity {
  readonly node: string;
  readonly service: string;
}

/** `prev` of the very first line of a node. */
export const CHAIN_START = '0'.repeat(64);

export const LINES_ENDING = '.jsonl';
export const OBJECT_ENDING = '.jsonl.zst';
export const MANIFEST_ENDING = '.manifest.json';

/** Where everything of one spool lies. */
export class SpoolPaths {
  readonly root: string;
  readonly segments: string;
  readonly quarantine: string;
  readonly epoch: string;
  readonly head: string;
  readonly ballast: string;
  /** What was dropped and is not told yet. */
  readonly dropped: string;
  readonly ledger: string;
  readonly digests: string;
  /** Twice: without it the next digest would not join the one before. */
  readonly lastDigests: readonly [string, string];
  /** What sealed segments say of offsets that are not committed. */
  readonly journal: string;
  /** Calls that must not be made twice. */
  readonly begun: string;
  /** Written in turn: what the group acknowledged. */
  readonly acknowledged: readonly [string, string];

  constructor(dataDir: string) {
    this.root = join(dataDir, 'spool');
    this.segments = join(this.root, 'segments');
    this.quarantine = join(this.root, 'quarantine');
    this.epoch = join(this.root, 'epoch.json');
    this.head = join(this.root, 'head');
    this.ballast = join(this.root, 'ballast');
    this.dropped = join(this.root, 'dropped');
    this.ledger = join(this.root, 'shipped.jsonl');
    this.digests = join(this.root, 'digests');
    this.lastDigests = [
      join(this.root, 'last-digest.json'),
      join(this.root, 'last-digest.copy.json'),
    ];
    this.journal = join(this.root, 'journal.json');
    this.begun = join(this.root, 'begun.jsonl');
    this.acknowledged = [join(this.root, 'acknowledged.0'), join(this.root, 'acknowledged.1')];
  }

  lines(name: string): string {
    return join(this.segments, name + LINES_ENDING);
  }

  object(name: string): string {
    return join(this.segments, name + OBJECT_ENDING);
  }

  manifest(name: string): string {
    return join(this.segments, name + MANIFEST_ENDING);
  }
}

/** Name of the `number`th file of an epoch; names sort in the order of their events. */
export function segmentName(epoch: string, number: number): string {
  return `${epoch}-${String(number).padStart(10, '0')}`;
}
