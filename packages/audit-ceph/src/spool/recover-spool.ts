import { hash } from 'node:crypto';
import { join } from 'node:path';

import type { LedgerEntry } from '../ship/ledger.ts';
import { faultCode, unreadable } from './fault-code.ts';
import { readHeadNote } from './head-note.ts';
import type { LineText } from './line-text.ts';
import { parseManifest } from './manifest.ts';
import { HOLED, type LinesFinding, readLines } from './read-lines.ts';
import { restoreLines } from './restore-lines.ts';
import {
  LINES_ENDING,
  MANIFEST_ENDING,
  OBJECT_ENDING,
  type SealedSegment,
  type SegmentFacts,
  type SpoolPaths,
} from './segment.ts';
import { isOverlapping, type MissingEvents, missingEvents } from './seq-ranges.ts';
import { setAside, type SetAside } from './set-aside.ts';
import type { SpoolFiles } from './spool-files.ts';

/** What the last life of a spool left behind. */
export interface Recovered {
  /** Compressed and not known to be shipped, in order. */
  readonly sealed: readonly SealedSegment[];
  /** Lines still to be compressed, in order. */
  readonly unsealed: readonly SegmentFacts[];
  /** Torn ends that were cut off. */
  readonly tornLines: number;
  /** Files set aside. */
  readonly quarantined: readonly SetAside[];
  /** Numbers that no file here holds, and the ledger does not know. */
  readonly missing: readonly MissingEvents[];
  /** Every epoch of which something was found. */
  readonly epochs: readonly string[];
  /** The youngest head of a chain that was found. */
  readonly head: string | undefined;
}

export interface RecoverOptions {
  readonly paths: SpoolPaths;
  readonly files: SpoolFiles;
  /** What was shipped, oldest first. */
  readonly ledger: readonly LedgerEntry[];
  /** Gets each whole line that is not sealed, in order; it is another one afterwards. */
  readonly onLine: (line: LineText) => void;
}

/**
 * Puts a spool in order after any end: keeps every whole line, cuts a torn last one off, sets
 * damaged files aside, forgets what was shipped. One pass over the files; it cannot loop.
 */
export function recoverSpool(options: RecoverOptions): Recovered {
  return new Recovery(options).run();
}

type SoundLines = Extract<LinesFinding, { kind: 'sound' }>;

class Recovery {
  readonly #options: RecoverOptions;
  readonly #sealed: SealedSegment[] = [];
  readonly #shippedNames: ReadonlySet<string>;
  readonly #unsealed: SegmentFacts[] = [];
  readonly #quarantined: SetAside[] = [];
  readonly #lastHead: ReturnType<typeof readHeadNote>;
  #tornLines = 0;
  /** Each file of lines is read into it: memory that is used again is not taken and cleared anew. */
  #scratch = Buffer.alloc(0);

  constructor(options: RecoverOptions) {
    this.#options = options;
    this.#shippedNames = new Set(options.ledger.map(({ name }) => name));
    this.#lastHead = readHeadNote(options.paths, options.files);
  }

  run(): Recovered {
    const { paths, files, ledger } = this.#options;
    const names = files.list(paths.segments);
    for (const name of names) if (name.endsWith('.tmp')) files.remove(join(paths.segments, name));
    for (const name of baseNames(names)) this.#takeCompressed(name);
    // Again: a file of lines may have been restored.
    this.#takeLines(withEnding(files.list(paths.segments), LINES_ENDING));
    const all = [...this.#sealed, ...this.#unsealed, ...ledger];
    return {
      sealed: this.#sealed,
      unsealed: this.#unsealed,
      tornLines: this.#tornLines,
      quarantined: this.#quarantined,
      missing: missingEvents(all, this.#lastHead),
      epochs: [...new Set([...all.map((segment) => segment.epoch), ...names.map(epochOf)])],
      head: youngest(all)?.head,
    };
  }

  #takeCompressed(name: string): void {
    const { paths, files } = this.#options;
    if (this.#shippedNames.has(name)) {
      for (const path of [paths.object(name), paths.lines(name), paths.manifest(name)]) {
        this.#discard(path);
      }
      return;
    }
    const manifest = this.#readManifest(name);
    const hasLines = files.size(paths.lines(name)) !== undefined;
    if (manifest !== undefined && this.#isWhole(manifest, hasLines)) {
      this.#discard(paths.lines(name));
      this.#sealed.push(manifest);
    } else if (hasLines) {
      // The lines are removed last, so where they are still there nothing is lost.
      this.#discard(paths.object(name));
      this.#discard(paths.manifest(name));
    } else {
      this.#restore(name);
    }
  }

  /** `undefined` where it is none, or that of another segment. */
  #readManifest(name: string): SealedSegment | undefined {
    const { paths, files } = this.#options;
    if (files.size(paths.manifest(name)) === undefined) return undefined;
    const text = this.#readOr(paths.manifest(name))?.toString('utf8');
    const manifest = text === undefined ? undefined : parseManifest(text);
    return manifest?.name === name ? manifest : undefined;
  }

  /** Its hash is looked at when it is shipped; here only where there are lines to go back to. */
  #isWhole({ name, objectBytes, sha256 }: SealedSegment, isHashed: boolean): boolean {
    const { paths, files } = this.#options;
    if (files.size(paths.object(name)) !== objectBytes) return false;
    if (!isHashed) return true;
    const object = this.#readOr(paths.object(name));
    return object !== undefined && hash('sha256', object, 'hex') === sha256;
  }

  /** Of an object without a manifest that can be believed; its frame has a checksum of its own. */
  #restore(name: string): void {
    const { paths, files } = this.#options;
    const hasObject = files.size(paths.object(name)) !== undefined;
    if (hasObject && restoreLines(name, this.#options)) return;
    for (const path of [paths.object(name), paths.manifest(name)]) {
      if (files.size(path) !== undefined) this.#setAside(path, 'a compressed segment was changed');
    }
  }

  #takeLines(names: readonly string[]): void {
    let before: SoundLines | undefined;
    for (const name of names) {
      const sound = this.#readLines(name);
      if (sound === undefined) continue;
      if (before !== undefined && isBroken(before, sound)) {
        this.#unsealed.pop();
        this.#setAside(this.#options.paths.lines(before.segment.name), LAST_LINE);
      }
      this.#unsealed.push(sound.segment);
      before = sound;
    }
  }

  #readLines(name: string): SoundLines | undefined {
    const { paths, files, onLine } = this.#options;
    const bytes = this.#readLinesOr(paths.lines(name));
    if (bytes === undefined) return undefined;
    const finding = readLines(name, bytes, onLine);
    if (finding.kind === 'corrupt') {
      this.#setAside(paths.lines(name), finding.reason);
      return undefined;
    }
    if (finding.tornBytes > 0) this.#tornLines += 1;
    if (finding.kind === 'empty') {
      files.remove(paths.lines(name));
      return undefined;
    }
    const reason = this.#whyNot(name, finding.segment);
    if (reason !== undefined) {
      this.#setAside(paths.lines(name), reason);
      return undefined;
    }
    if (finding.isHoled) this.#keepTail(name, bytes.subarray(finding.segment.bytes));
    if (finding.tornBytes > 0) files.truncate(paths.lines(name), finding.segment.bytes);
    return finding;
  }

  /** A copy: the same name may be there from a start that was cut off, with the same bytes. */
  #keepTail(name: string, tail: Buffer): void {
    const { paths, files } = this.#options;
    const file = `${name}.tail${LINES_ENDING}`;
    files.replace(join(paths.quarantine, file), tail);
    this.#quarantined.push({ file, reason: HOLED });
  }

  /** Why whole lines are not to be shipped all the same. */
  #whyNot(name: string, segment: SegmentFacts): string | undefined {
    if (segment.epoch !== epochOf(name)) return 'its lines are of another epoch';
    const known = [this.#sealed, this.#unsealed, this.#options.ledger];
    if (known.some((segments) => isOverlapping(segment, segments))) {
      return 'its events are in another segment';
    }
    return this.#isLastLineChanged(segment) ? LAST_LINE : undefined;
  }

  #isLastLineChanged({ epoch, lastSeq, head }: SegmentFacts): boolean {
    const last = this.#lastHead;
    return last?.epoch === epoch && last.lastSeq === lastSeq && last.head !== head;
  }

  #readLinesOr(path: string): Buffer | undefined {
    const { files } = this.#options;
    return this.#readOr(path, () => {
      const bytes = files.size(path) ?? 0;
      if (bytes > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(bytes);
      return files.readInto(path, this.#scratch);
    });
  }

  #readOr(
    path: string,
    read: () => Buffer = () => this.#options.files.read(path),
  ): Buffer | undefined {
    try {
      return read();
    } catch (error) {
      if (this.#options.files.size(path) !== undefined) this.#setAside(path, unreadable(error));
      return undefined;
    }
  }

  #discard(path: string): void {
    try {
      this.#options.files.remove(path);
    } catch (error) {
      this.#setAside(path, `it cannot be removed: ${faultCode(error)}`);
    }
  }

  #setAside(path: string, reason: string): void {
    this.#quarantined.push(setAside(path, reason, this.#options));
  }
}

const LAST_LINE = 'its last line was changed';

/** Where one file ends and the next begins, the hash must lead over. */
function isBroken(before: SoundLines, after: SoundLines): boolean {
  const isSameEpoch = before.segment.epoch === after.segment.epoch;
  const isNextSeq = before.segment.lastSeq + 1 === after.segment.firstSeq;
  return isSameEpoch && isNextSeq && before.segment.head !== after.firstPrev;
}

/** Of every segment of which something compressed lies there, or something that was shipped. */
function baseNames(names: readonly string[]): readonly string[] {
  const endings = [MANIFEST_ENDING, OBJECT_ENDING, LINES_ENDING];
  return [...new Set(endings.flatMap((ending) => withEnding(names, ending)))].toSorted();
}

function withEnding(names: readonly string[], ending: string): readonly string[] {
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

function epochOf(name: string): string {
  return name.slice(0, 16);
}

interface Headed {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly head: string;
}

function youngest(segments: readonly Headed[]): Headed | undefined {
  return segments.reduce<Headed | undefined>((best, segment) => {
    if (best === undefined || segment.epoch > best.epoch) return segment;
    return segment.epoch === best.epoch && segment.lastSeq > best.lastSeq ? segment : best;
  }, undefined);
}
