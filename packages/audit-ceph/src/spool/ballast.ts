import type { SpoolFiles } from './spool-files.ts';

/**
 * Bytes kept on disk so that the events of admitted calls find room even when the disk is full: the
 * file is cut by what is needed and grown again when there is space.
 */
export class Ballast {
  readonly #path: string;
  readonly #files: SpoolFiles;

  constructor(path: string, files: SpoolFiles) {
    this.#path = path;
    this.#files = files;
  }

  /** Gives at least `bytes` back to the file system, as far as there are any. Never throws. */
  free(bytes: number): void {
    try {
      const size = this.#files.size(this.#path) ?? 0;
      if (size > 0) this.#files.truncate(this.#path, Math.max(0, size - bytes - SLACK_BYTES));
    } catch {
      // What cannot be cut now is cut at the next attempt; the caller goes on asking.
    }
  }

  /** Fills it up to `bytes` of allocated blocks. @throws Node's error where there is no space. */
  fill(bytes: number): void {
    const size = this.#files.size(this.#path) ?? 0;
    if (size >= bytes) return;
    const fd = this.#files.openForWrite(this.#path);
    try {
      for (let position = size; position < bytes; position += CHUNK.length) {
        const length = Math.min(CHUNK.length, bytes - position);
        this.#files.write(fd, CHUNK, { length, position });
      }
      this.#files.syncData(fd);
    } finally {
      this.#files.close(fd);
    }
  }
}

/** File systems need blocks for names and maps as well. */
const SLACK_BYTES = 256 * 1024;
const CHUNK = new Uint8Array(1024 * 1024);
