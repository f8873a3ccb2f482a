import { hash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';

import { StorageError } from '@netscope/domain';

/**
 * Holds `data_dir` for this process. The lock is the kernel's (SQLite's exclusive transaction holds
 * an fcntl lock on the file), so it ends with its holder however that ends; host and pid beside it
 * are for the message only.
 */
export class DataDirLock implements Disposable {
  /**
   * Of this very directory, the same over restarts and reboots: from the inode of its lock and when
   * that was made, which a copy does not have. A block-level clone of a whole volume has them.
   */
  readonly instanceId: string;
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync, instanceId: string) {
    this.instanceId = instanceId;
    this.#database = database;
  }

  /** @throws {StorageError} STORAGE_LOCKED naming the holder, or STORAGE_REFUSED. */
  static acquire(dataDir: string): DataDirLock {
    const database = open(dataDir);
    const holderFile = path.join(dataDir, 'lock.holder');
    try {
      // With a journal of its own, an empty file would ask for room that a full disk has not.
      database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw refusedError(dataDir, error);
      throw lockedError(dataDir, readHolder(holderFile), error);
    }
    tellHolder(holderFile);
    return new DataDirLock(database, instanceIdOf(dataDir));
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }
}

function open(dataDir: string): DatabaseSync {
  try {
    makeFolder(dataDir);
    // What may only be read could be locked all the same.
    accessSync(dataDir, constants.W_OK);
    return new DatabaseSync(path.join(dataDir, 'lock'));
  } catch (error) {
    throw refusedError(dataDir, error);
  }
}

/** SQLITE_BUSY, in the low byte of an extended code. */
function isBusy(error: unknown): boolean {
  const busy = 5;
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === busy
  );
}

function refusedError(dataDir: string, cause: unknown): StorageError {
  return new StorageError('STORAGE_REFUSED', `data_dir ${dataDir} cannot be written`, {
    kind: 'permanent',
    cause,
  });
}

function instanceIdOf(dataDir: string): string {
  const { ino, birthtimeNs } = statSync(path.join(dataDir, 'lock'), { bigint: true });
  return hash('sha256', `${ino} ${birthtimeNs}`);
}

/** Level by level: Node's own recursive way never ends where a parent refuses children, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  mkdirSync(folder);
}

/** The lock holds without it: a disk that is full by now must not keep a gateway from starting. */
function tellHolder(file: string): void {
  try {
    writeFileSync(file, `${hostname()} pid ${process.pid}\n`);
  } catch {
    // Whoever is refused hears of another process.
  }
}

function readHolder(file: string): string {
  const nobody = 'another process';
  try {
    return readFileSync(file, 'utf8').trim() || nobody;
  } catch {
    return nobody;
  }
}

function lockedError(dataDir: string, holder: string, cause: unknown): StorageError {
  return new StorageError('STORAGE_LOCKED', `data_dir ${dataDir} is held by ${holder}`, {
    kind: 'permanent',
    details: { holder },
    cause,
  });
}
