import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

import type { SpoolFiles, WritePlace } from './spool-files.ts';

const FILE_MODE = 0o640;

/** The spool's files on the real file system. */
export const nodeSpoolFiles: SpoolFiles = {
  openForWrite(path) {
    const fd = openSync(path, constants.O_CREAT | constants.O_WRONLY, FILE_MODE);
    syncDirectory(dirname(path));
    return fd;
  },
  write: writeAll,
  syncData: fdatasyncSync,
  close: closeSync,
  read: (path) => readFileSync(path),
  size: (path) => statSync(path, { throwIfNoEntry: false })?.size,
  list: (directory) => readdirSync(directory).toSorted(),
  makeDirectory(path) {
    mkdirSync(path, { recursive: true });
    syncDirectory(dirname(path));
  },
  replace(path, bytes) {
    const temporary = `${path}.tmp`;
    withFile(temporary, 'w', (fd) => {
      writeAll(fd, bytes, { length: bytes.length, position: 0 });
      fsyncSync(fd);
    });
    renameSync(temporary, path);
    syncDirectory(dirname(path));
  },
  truncate(path, bytes) {
    withFile(path, 'r+', (fd) => {
      ftruncateSync(fd, bytes);
      fsyncSync(fd);
    });
  },
  remove: (path) => rmSync(path, { force: true }),
  move(from, to) {
    renameSync(from, to);
    syncDirectory(dirname(to));
    syncDirectory(dirname(from));
  },
};

function writeAll(fd: number, bytes: Uint8Array, { length, position }: WritePlace): void {
  let done = 0;
  while (done < length) done += writeSync(fd, bytes, done, length - done, position + done);
}

function syncDirectory(path: string): void {
  withFile(path, 'r', fsyncSync);
}

function withFile(path: string, flags: string, use: (fd: number) => void): void {
  const fd = openSync(path, flags, FILE_MODE);
  try {
    use(fd);
  } finally {
    closeSync(fd);
  }
}
