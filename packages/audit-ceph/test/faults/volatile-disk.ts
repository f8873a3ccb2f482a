import { constants } from 'node:fs';
import { dirname } from 'node:path';

import { SeededRandom } from '@netscope/test-support';

import { CalledSpoolFiles, type FileCalls } from '../../src/spool/node-spool-files.ts';
import type { SpoolFiles } from '../../src/spool/spool-files.ts';

/** Thrown by every call from the power loss on. */
export class PowerLoss extends Error {}

interface Inode {
  bytes: Buffer;
  /** What is on the platter. */
  synced: Buffer;
  /** Written since, in order. */
  pending: { readonly position: number; readonly bytes: Buffer }[];
  isDirectory: boolean;
}

interface Change {
  readonly directory: string;
  readonly apply: (names: Map<string, Inode>) => void;
}

type WriteArguments = readonly [number, Uint8Array, number, number, number];
type ReadArguments = readonly [number, Buffer, number, number, number];

/** As large as what a disk writes at once. */
const PAGE = 4096;

/**
 * A disk that keeps what was synced and, when the power goes, any part of the rest: of each write
 * that was not synced some pages, with zeros for the others; of names that were made, moved or
 * removed without a sync of their directory some, in any combination. It stands in for `node:fs`, so
 * the spool's own file operations run on it.
 */
export class VolatileDisk {
  readonly files: SpoolFiles;
  /** How many calls may still be made before the power goes. */
  callsLeft = Infinity;
  calls = 0;
  #names = new Map<string, Inode>();
  #durable = new Map<string, Inode>();
  #changes: Change[] = [];
  readonly #open = new Map<number, { readonly path: string; readonly inode: Inode }>();
  #nextFd = 3;

  constructor() {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the forms that the spool calls
    this.files = new CalledSpoolFiles(this.#calls() as unknown as FileCalls);
    for (const path of ['/', '/data']) this.#durable.set(path, directory());
    this.#names = new Map(this.#durable);
  }

  /** Content by path, directories left out. */
  get content(): ReadonlyMap<string, Buffer> {
    const files = [...this.#names].filter(([, inode]) => !inode.isDirectory);
    return new Map(files.map(([path, inode]) => [path, inode.bytes]));
  }

  /** A disk with this content, all of it synced; a path with `undefined` cannot be read. */
  static holding(content: ReadonlyMap<string, Buffer | undefined>): VolatileDisk {
    const disk = new VolatileDisk();
    for (const path of [...content.keys()].toSorted()) {
      for (let at = dirname(path); at !== '/'; at = dirname(at)) disk.#put(at, directory());
      const bytes = content.get(path);
      disk.#put(path, bytes === undefined ? directory() : file(Buffer.from(bytes)));
    }
    return disk;
  }

  /** The disk as the next start finds it. */
  afterPowerLoss(seed: number): VolatileDisk {
    const random = new SeededRandom(seed);
    const next = new VolatileDisk();
    next.#durable = new Map(this.#durable);
    for (const change of this.#changes) if (random.float() < 0.5) change.apply(next.#durable);
    for (const [path, inode] of next.#durable) {
      next.#durable.set(path, inode.isDirectory ? directory() : file(torn(inode, random)));
    }
    next.#names = new Map(next.#durable);
    return next;
  }

  #put(path: string, inode: Inode): void {
    if (this.#names.has(path)) return;
    this.#names.set(path, inode);
    this.#durable.set(path, inode);
  }

  #spend(): void {
    this.calls += 1;
    this.callsLeft -= 1;
    if (this.callsLeft < 0) throw new PowerLoss('the power is gone');
  }

  #change(path: string, apply: Change['apply']): void {
    apply(this.#names);
    this.#changes.push({ directory: dirname(path), apply });
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw fsError('ENOENT');
    return inode;
  }

  #at(fd: number): { readonly path: string; readonly inode: Inode } {
    const open = this.#open.get(fd);
    if (open === undefined) throw fsError('EBADF');
    return open;
  }

  #sync(fd: number): void {
    this.#spend();
    const { path, inode } = this.#at(fd);
    inode.synced = Buffer.from(inode.bytes);
    inode.pending = [];
    if (!inode.isDirectory) return;
    const ours = this.#changes.filter((change) => change.directory === path);
    for (const change of ours) change.apply(this.#durable);
    this.#changes = this.#changes.filter((change) => change.directory !== path);
  }

  #openSync(path: string, flags: string | number): number {
    this.#spend();
    const known = this.#names.get(path);
    if (known?.isDirectory === true && flags !== 'r') throw fsError('EISDIR');
    const inode = known ?? this.#create(path, flags);
    if (flags === 'w' && inode.bytes.length > 0) this.#cut(inode, 0);
    this.#nextFd += 1;
    this.#open.set(this.#nextFd, { path, inode });
    return this.#nextFd;
  }

  #create(path: string, flags: string | number): Inode {
    const isAllowed = typeof flags === 'number' ? (flags & constants.O_CREAT) !== 0 : flags === 'w';
    if (!isAllowed) throw fsError('ENOENT');
    const inode = file(Buffer.alloc(0));
    this.#change(path, (names) => names.set(path, inode));
    return inode;
  }

  #write(fd: number, bytes: Uint8Array, position: number): void {
    const { inode } = this.#at(fd);
    const written = Buffer.from(bytes);
    inode.pending.push({ position, bytes: written });
    inode.bytes = overwritten(inode.bytes, written, position);
  }

  #cut(inode: Inode, bytes: number): void {
    inode.bytes = Buffer.from(inode.bytes.subarray(0, bytes));
    inode.synced = Buffer.from(inode.bytes);
    inode.pending = [];
  }

  #rename(from: string, to: string): void {
    this.#spend();
    const inode = this.#inode(from);
    // One step of the file system's journal, whichever of both directories is synced first.
    this.#change(to, (names) => {
      names.set(to, inode);
      if (names.get(from) === inode) names.delete(from);
    });
  }

  #remove(path: string): void {
    this.#spend();
    const inode = this.#names.get(path);
    if (inode === undefined) return;
    if (inode.isDirectory) throw fsError('EISDIR');
    this.#change(path, (names) => {
      if (names.get(path) === inode) names.delete(path);
    });
  }

  #mkdir(path: string): void {
    this.#spend();
    for (let at = path; !this.#names.has(at); at = dirname(at)) {
      const inode = directory();
      this.#change(at, (names) => names.set(at, inode));
    }
  }

  #list(path: string): string[] {
    this.#inode(path);
    return [...this.#names.keys()]
      .filter((name) => dirname(name) === path && name !== path)
      .map((name) => name.slice(path.length + 1));
  }

  #read(path: string): Buffer {
    return Buffer.from(readable(this.#inode(path)).bytes);
  }

  #calls() {
    return {
      openSync: (path: string, flags: string | number) => this.#openSync(path, flags),
      closeSync: (fd: number) => void this.#open.delete(fd),
      writeSync: (...[fd, bytes, from, length, at]: WriteArguments) => {
        this.#spend();
        // A short write, as a disk that is nearly full makes it, is the caller's to go on with.
        const some = length > PAGE ? length - (length % PAGE || PAGE) : length;
        this.#write(fd, bytes.subarray(from, from + some), at);
        return some;
      },
      fsyncSync: (fd: number) => this.#sync(fd),
      fdatasyncSync: (fd: number) => this.#sync(fd),
      ftruncateSync: (fd: number, bytes: number) => {
        this.#spend();
        this.#cut(this.#at(fd).inode, bytes);
      },
      mkdirSync: (path: string) => this.#mkdir(path),
      readdirSync: (path: string) => this.#list(path),
      readFileSync: (path: string) => this.#read(path),
      readSync: (...[fd, into, from, length, at]: ReadArguments) =>
        readable(this.#at(fd).inode).bytes.copy(into, from, at, at + length),
      renameSync: (from: string, to: string) => this.#rename(from, to),
      rmSync: (path: string) => this.#remove(path),
      statSync: (path: string) => {
        const inode = this.#names.get(path);
        return inode && { size: inode.bytes.length };
      },
    };
  }
}

function file(bytes: Buffer): Inode {
  return { bytes, synced: Buffer.from(bytes), pending: [], isDirectory: false };
}

function readable(inode: Inode): Inode {
  if (inode.isDirectory) throw fsError('EISDIR');
  return inode;
}

function directory(): Inode {
  return { ...file(Buffer.alloc(0)), isDirectory: true };
}

function overwritten(old: Buffer, bytes: Buffer, position: number): Buffer {
  const grown = Buffer.alloc(Math.max(old.length, position + bytes.length));
  old.copy(grown);
  bytes.copy(grown, position);
  return grown;
}

/** Some pages of what was written since the last sync; a page that was lost reads as before, or zeros. */
function torn({ synced, pending }: Inode, random: SeededRandom): Buffer {
  let bytes = synced;
  for (const write of pending) {
    for (let from = 0, next = 0; from < write.bytes.length; from = next) {
      const at = write.position + from;
      next = from + PAGE - (at % PAGE);
      if (random.float() < 0.5) continue;
      bytes = overwritten(bytes, write.bytes.subarray(from, next), at);
    }
  }
  return bytes;
}

function fsError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
