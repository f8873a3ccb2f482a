import type { SpoolFiles, WritePlace } from '../src/spool/spool-files.ts';

interface MemoryFile {
  bytes: Buffer;
  /** What a power loss would leave. */
  synced: Buffer;
  /** Zeroes behind `bytes`, for what is appended. */
  room?: Buffer;
}

/** Files in memory that keep a log of what was done to them, and fail when told to. */
export class MemoryFiles implements SpoolFiles {
  readonly files = new Map<string, MemoryFile>();
  /** `sync NAME`, `write NAME`, `replace NAME`, `remove NAME`, by the last part of the path. */
  readonly log: string[] = [];
  /** Asked before each operation; an error that it returns is thrown. */
  fault: (operation: string) => Error | undefined = () => undefined;
  readonly #paths: string[] = [];

  openForWrite(path: string): number {
    this.#note('open', path);
    if (!this.files.has(path)) this.#store(path, Buffer.alloc(0));
    return this.#paths.push(path) - 1;
  }

  write(fd: number, bytes: Uint8Array, { length, position }: WritePlace): void {
    const path = this.#paths[fd] ?? '';
    const file = this.#file(path);
    const end = Math.max(file.bytes.length, position + length);
    let { room = file.bytes } = file;
    // Who was given bytes, by reading or by a sync, has them as they were then.
    if (position < file.bytes.length || end > room.length) {
      room = Buffer.alloc(end > room.length ? 2 * end : room.length);
      file.bytes.copy(room);
    }
    room.set(bytes.subarray(0, length), position);
    file.room = room;
    file.bytes = room.subarray(0, end);
    this.#note('write', path);
  }

  syncData(fd: number): void {
    const path = this.#paths[fd] ?? '';
    this.#note('sync', path);
    const file = this.#file(path);
    file.synced = file.bytes;
  }

  close(fd: number): void {
    this.#note('close', this.#paths[fd] ?? '');
  }

  read(path: string): Buffer {
    this.#note('read', path);
    return this.#file(path).bytes;
  }

  readInto(path: string, scratch: Buffer): Buffer {
    const bytes = this.read(path);
    return bytes.length > scratch.length ? bytes : scratch.subarray(0, bytes.copy(scratch));
  }

  size(path: string): number | undefined {
    return this.files.get(path)?.bytes.length;
  }

  list(directory: string): readonly string[] {
    const prefix = `${directory}/`;
    return [...this.files.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .toSorted();
  }

  makeDirectory(): void {
    // Directories are only prefixes here.
  }

  replace(path: string, bytes: Uint8Array): void {
    this.#note('replace', path);
    this.#store(path, Buffer.from(bytes));
  }

  truncate(path: string, bytes: number): void {
    this.#note('truncate', path);
    this.#store(path, this.#file(path).bytes.subarray(0, bytes));
  }

  remove(path: string): void {
    this.#note('remove', path);
    this.files.delete(path);
  }

  move(from: string, to: string): void {
    this.#note('move', from);
    this.#store(to, this.#file(from).bytes);
    this.files.delete(from);
  }

  #store(path: string, bytes: Buffer): void {
    this.files.set(path, { bytes, synced: Buffer.from(bytes) });
  }

  #file(path: string): MemoryFile {
    const file = this.files.get(path);
    if (file === undefined) throw fault('ENOENT');
    return file;
  }

  #note(operation: string, path: string): void {
    const entry = `${operation} ${path.slice(path.lastIndexOf('/') + 1)}`;
    const error = this.fault(entry);
    if (error !== undefined) throw error;
    this.log.push(entry);
  }
}

/** An error as the platform throws it. */
export function fault(code: string): Error {
  return Object.assign(new Error(`${code}: told to`), { code });
}
