import type { SpoolFiles } from '../spool/spool-files.ts';
import { readSummed, summedLine } from '../spool/summed-text.ts';

/** One shipped segment, as the ledger keeps it. */
export interface LedgerEntry {
  /** Of the spool's file. */
  readonly name: string;
  readonly key: string;
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly events: number;
  /** Of the lines. */
  readonly bytes: number;
  readonly objectBytes: number;
  readonly sha256: string;
  /** Merkle root over its lines. */
  readonly root: string;
  /** SHA-256 of its last line. */
  readonly head: string;
}

/** Kept when the ledger is rewritten: enough to know every file that can still lie in the spool. */
const ENTRIES_KEPT = 4096;

/**
 * The durable list of what the store has acknowledged, one JSON line each. An entry is synced before
 * the segment's files are removed; what has no entry is sent again.
 */
export class Ledger {
  readonly #path: string;
  readonly #files: SpoolFiles;
  #entries: readonly LedgerEntry[];
  #added = 0;
  #fd: number | undefined;
  #bytes = 0;

  constructor(path: string, files: SpoolFiles) {
    this.#path = path;
    this.#files = files;
    const text = files.size(path) === undefined ? '' : files.read(path).toString('utf8');
    // A torn last line is an entry that was not synced: its segment is still there.
    this.#entries = parseLedger(text).slice(-ENTRIES_KEPT);
  }

  /** As found when it was opened, oldest first. */
  get entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  /** Returns when the entry is on disk. @throws Node's error where it could not be written. */
  add(entry: LedgerEntry): void {
    if (this.#fd === undefined || this.#added >= ENTRIES_KEPT) this.#rewrite();
    if (this.#fd === undefined) throw new Error('the ledger is closed');
    const line = Buffer.from(summedLine(JSON.stringify(entry)));
    this.#files.write(this.#fd, line, { length: line.length, position: this.#bytes });
    this.#files.syncData(this.#fd);
    this.#bytes += line.length;
    this.#added += 1;
    this.#entries = [...this.#entries.slice(1 - ENTRIES_KEPT), entry];
  }

  close(): void {
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
  }

  #rewrite(): void {
    this.close();
    const bytes = Buffer.from(ledgerText(this.#entries));
    this.#files.replace(this.#path, bytes);
    this.#fd = this.#files.openForWrite(this.#path);
    this.#bytes = bytes.length;
    this.#added = 0;
  }
}

/** The ledger's file. */
export function ledgerText(entries: readonly LedgerEntry[]): string {
  return entries.map((entry) => summedLine(JSON.stringify(entry))).join('');
}

/** The entries that are whole and unchanged. */
export function parseLedger(text: string): readonly LedgerEntry[] {
  return text.split('\n').flatMap(parseEntry);
}

function parseEntry(line: string): LedgerEntry[] {
  try {
    const value: unknown = JSON.parse(readSummed(line) ?? '');
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file, checked by its key
    return isEntry(value) ? [value as LedgerEntry] : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'name' in value && 'head' in value;
}
