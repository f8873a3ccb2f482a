import { join } from 'node:path';

import type { LedgerEntry } from '../ship/ledger.ts';
import { parseManifest } from './manifest.ts';
import { type LinesFinding, readLines } from './read-lines.ts';
import {
  LINES_ENDING,
  MANIFEST_ENDING,
  OBJECT_ENDING,
  type SealedSegment,
  type SegmentFacts,
  type SpoolPaths,
} from './segment.ts';
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
  readonly quarantined: readonly { readonly file: string; readonly reason: string }[];
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
  /** Gets each whole line that is not sealed, in order, without its newline. */
  readonly onLine: (line: Buffer) => void;
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
  readonly #sealedNames = new Set<string>();
  readonly #shippedNames: ReadonlySet<string>;
  readonly #unsealed: SegmentFacts[] = [];
  readonly #quarantined: { file: string; reason: string }[] = [];
  readonly #lastHead: { epoch: string; seq: number; head: string } | undefined;
  #tornLines = 0;

  constructor(options: RecoverOptions) {
    this.#options = options;
    this.#shippedNames = new Set(options.ledger.map(({ name }) => name));
    this.#lastHead = this.#readHead();
  }

  run(): Recovered {
    const { paths, files } = this.#options;
    const names = files.list(paths.segments);
    for (const name of names) if (name.endsWith('.tmp')) files.remove(join(paths.segments, name));
    for (const name of withEnding(names, MANIFEST_ENDING)) this.#takeManifest(name);
    for (const name of withEnding(names, OBJECT_ENDING)) this.#takeStrayObject(name);
    this.#takeLines(withEnding(names, LINES_ENDING));
    const all = [...this.#sealed, ...this.#unsealed, ...this.#options.ledger];
    return {
      sealed: this.#sealed,
      unsealed: this.#unsealed,
      tornLines: this.#tornLines,
      quarantined: this.#quarantined,
      epochs: [...new Set([...all.map((segment) => segment.epoch), ...names.map(epochOf)])],
      head: youngest(all)?.head,
    };
  }

  #takeManifest(name: string): void {
    const { paths, files } = this.#options;
    const manifest = parseManifest(files.read(paths.manifest(name)).toString('utf8'));
    const isWhole =
      manifest !== undefined && files.size(paths.object(name)) === manifest.objectBytes;
    if (this.#shippedNames.has(name)) {
      files.remove(paths.object(name));
      files.remove(paths.lines(name));
      files.remove(paths.manifest(name));
      return;
    }
    if (!isWhole) {
      // The lines are removed last, so where they are still there nothing is lost.
      files.remove(paths.manifest(name));
      return;
    }
    files.remove(paths.lines(name));
    this.#sealed.push(manifest);
    this.#sealedNames.add(name);
  }

  #takeStrayObject(name: string): void {
    const { paths, files } = this.#options;
    if (this.#sealedNames.has(name)) return;
    if (files.size(paths.object(name)) === undefined) return;
    if (files.size(paths.lines(name)) === undefined) {
      this.#setAside(name + OBJECT_ENDING, 'a compressed segment without a manifest');
    } else {
      files.remove(paths.object(name));
    }
  }

  #takeLines(names: readonly string[]): void {
    let before: SoundLines | undefined;
    for (const name of names) {
      const sound = this.#readLines(name);
      if (sound === undefined) continue;
      if (before !== undefined && !joins(before, sound)) {
        this.#unsealed.pop();
        this.#setAside(before.segment.name + LINES_ENDING, 'its last line was changed');
      }
      this.#unsealed.push(sound.segment);
      before = sound;
    }
  }

  #readLines(name: string): SoundLines | undefined {
    const { paths, files, onLine } = this.#options;
    if (files.size(paths.lines(name)) === undefined) return undefined;
    const finding = readLines(name, files.read(paths.lines(name)), onLine);
    if (finding.kind === 'corrupt') {
      this.#setAside(name + LINES_ENDING, finding.reason);
      return undefined;
    }
    if (finding.tornBytes > 0) this.#tornLines += 1;
    if (finding.kind === 'empty') {
      files.remove(paths.lines(name));
      return undefined;
    }
    if (finding.segment.epoch !== epochOf(name) || this.#isLastLineChanged(finding.segment)) {
      this.#setAside(name + LINES_ENDING, 'its last line was changed');
      return undefined;
    }
    if (finding.tornBytes > 0) files.truncate(paths.lines(name), finding.segment.bytes);
    return finding;
  }

  #isLastLineChanged({ epoch, lastSeq, head }: SegmentFacts): boolean {
    const last = this.#lastHead;
    return last?.epoch === epoch && last.seq === lastSeq && last.head !== head;
  }

  #readHead(): { epoch: string; seq: number; head: string } | undefined {
    const { paths, files } = this.#options;
    if (files.size(paths.head) === undefined) return undefined;
    const text = files.read(paths.head).toString('latin1');
    const [, epoch, seq, head] = /^(\w{16}) (\d{16}) ([0-9a-f]{64})\n/.exec(text) ?? [];
    if (epoch === undefined || seq === undefined || head === undefined) return undefined;
    return { epoch, seq: Number(seq), head };
  }

  #setAside(file: string, reason: string): void {
    const { paths, files } = this.#options;
    files.move(join(paths.segments, file), join(paths.quarantine, file));
    this.#quarantined.push({ file, reason });
  }
}

/** Where one file ends and the next begins, number and hash must lead over. */
function joins(before: SoundLines, after: SoundLines): boolean {
  if (!isNextFile(before.segment, after.segment)) return true;
  const isNextSeq = before.segment.lastSeq + 1 === after.segment.firstSeq;
  return isNextSeq && before.segment.head === after.firstPrev;
}

function isNextFile(before: SegmentFacts, after: SegmentFacts): boolean {
  return before.epoch === after.epoch && numberOf(after.name) === numberOf(before.name) + 1;
}

function withEnding(names: readonly string[], ending: string): readonly string[] {
  return names.filter((name) => name.endsWith(ending)).map((name) => name.slice(0, -ending.length));
}

function numberOf(name: string): number {
  return Number(name.slice(17));
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
