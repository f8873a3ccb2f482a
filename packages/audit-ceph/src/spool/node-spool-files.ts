import fs from 'node:fs';
import { dirname } from 'node:path';

import type { SpoolFiles, WritePlace } from './spool-files.ts';

/** What the spool calls of `node:fs`; a test can stand in for the disk here. */
export type FileCalls = Pick<
  typeof fs,
  | 'closeSync'
  | 'fdatasyncSync'
  | 'fsyncSync'
  | 'ftruncateSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readFileSync'
  | 'readSync'
  | 'renameSync'
  | 'rmSync'
  | 'statSync'
  | 'writeSync'
>;

const FILE_MODE = 0o640;

/** The spool's files on the file system behind these calls. */
export class CalledSpoolFiles implements SpoolFiles {
  readonly #calls: FileCalls;

  constructor(calls: FileCalls) {
    this.#calls = calls;
  }

  openForWrite(path: string): number {
    const flags = fs.constants.O_CREAT | fs.constants.O_WRONLY;
    const fd = this.#calls.openSync(path, flags, FILE_MODE);
    this.#syncDirectory(dirname(path));
    return fd;
  }

  write(fd: number, bytes: Uint8Array, { length, position }: WritePlace): void {
    let done = 0;
    while (done < length) {
      done += this.#calls.writeSync(fd, bytes, done, length - done, position + done);
    }
  }

  syncData(fd: number): void {
    this.#calls.fdatasyncSync(fd);
  }

  close(fd: number): void {
    this.#calls.closeSync(fd);
  }

  read(path: string): Buffer {
    return this.#calls.readFileSync(path);
  }

  readInto(path: string, scratch: Buffer): Buffer {
    const size = this.size(path);
    // What has no size may still be no file, which only reading it tells.
    if (size === undefined || size === 0 || size > scratch.length) return this.read(path);
    let filled = 0;
    this.#withFile(path, 'r', (fd) => {
      for (let more = 1; more > 0 && filled < size; filled += more) {
        more = this.#calls.readSync(fd, scratch, filled, size - filled, filled);
      }
    });
    return scratch.subarray(0, filled);
  }

  size(path: string): number | undefined {
    return this.#calls.statSync(path, { throwIfNoEntry: false })?.size;
  }

  list(directory: string): readonly string[] {
    return this.#calls.readdirSync(directory).toSorted();
  }

  makeDirectory(path: string): void {
    this.#calls.mkdirSync(path, { recursive: true });
    this.#syncDirectory(dirname(path));
  }

  replace(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.tmp`;
    this.#withFile(temporary, 'w', (fd) => {
      this.write(fd, bytes, { length: bytes.length, position: 0 });
      this.#calls.fsyncSync(fd);
    });
    this.#calls.renameSync(temporary, path);
    this.#syncDirectory(dirname(path));
  }

  truncate(path: string, bytes: number): void {
    this.#withFile(path, 'r+', (fd) => {
      this.#calls.ftruncateSync(fd, bytes);
      this.#calls.fsyncSync(fd);
    });
  }

  remove(path: string): void {
    this.#calls.rmSync(path, { force: true });
  }

  move(from: string, to: string): void {
    this.#calls.renameSync(from, to);
    this.#syncDirectory(dirname(to));
    this.#syncDirectory(dirname(from));
  }

  #syncDirectory(path: string): void {
    this.#withFile(path, 'r', (fd) => this.#calls.fsyncSync(fd));
  }

  #withFile(path: string, flags: string, use: (fd: number) => void): void {
    const fd = this.#calls.openSync(path, flags, FILE_MODE);
    try {
      use(fd);
    } finally {
      this.#calls.closeSync(fd);
    }
  }
}

/** The spool's files on the real file system. */
export const nodeSpoolFiles: SpoolFiles = new CalledSpoolFiles(fs);
