import { hash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';

import { type ObjectHead, type ObjectToPut, StorageError } from '@netscope/domain';

import type {
  KeyRange,
  Metadata,
  StoredObject,
  StoredVersion,
  TrailStore,
  VersionPlace,
} from '../reader/trail-store.ts';
import type { ProbedObjectStore } from '../sink-options.ts';
import { faultCode } from '../spool/fault-code.ts';

/** Beside the objects and never listed: what an object store keeps with an object but a file has no place for. */
const METADATA = '.metadata';
const TEMPORARY = '.tmp';

/**
 * Objects as files of a local directory, each under its key, byte for byte as it would lie in RGW.
 * Metadata and ETag lie in `.metadata/<key>.json`, written before the object appears. An object is
 * there whole or not at all: written aside, synced, renamed, and its directories synced.
 */
export class DirectoryObjectStore implements ProbedObjectStore, TrailStore {
  readonly #root: string;

  /** `path` is created by the first put. */
  constructor(path: string) {
    this.#root = resolve(path);
  }

  async put({ key, body, metadata, digests }: ObjectToPut, signal: AbortSignal): Promise<void> {
    await translated('put', async () => {
      const etag = digests?.md5 ?? hash('md5', body, 'hex');
      const existing = await this.head(key, signal);
      if (existing !== undefined) return refuseUnlessSame(existing, etag);
      const head: ObjectHead = { key, bytes: body.length, etag, metadata };
      await this.#write(join(METADATA, `${key}.json`), Buffer.from(`${JSON.stringify(head)}\n`));
      signal.throwIfAborted();
      await this.#write(key, body);
    });
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    const body = await this.get(key, signal);
    if (body === undefined) return undefined;
    const metadata = await this.metadata({ key });
    return { key, bytes: body.length, etag: hash('md5', body, 'hex'), metadata };
  }

  async get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return translated('get', async () => {
      signal.throwIfAborted();
      return readOrUndefined(this.#path(key));
    });
  }

  async *list({ prefix, after = '' }: KeyRange, signal: AbortSignal): AsyncIterable<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    for await (const key of this.#walk(folder, signal)) {
      if (key.startsWith(prefix) && key > after) yield key;
    }
  }

  /** One version of each key. @throws {StorageError} also where there is no such folder */
  async *versions(range: KeyRange, signal: AbortSignal): AsyncIterable<StoredVersion> {
    await translated('list', async () => requireFolder(this.#root));
    for await (const key of this.list(range, signal)) {
      const { size } = await translated('list', async () => stat(this.#path(key)));
      yield { key, ...ONLY_VERSION, bytes: size };
    }
  }

  async read({ key }: VersionPlace, signal: AbortSignal): Promise<StoredObject | undefined> {
    const body = await translated(`get ${key}`, async () => {
      signal.throwIfAborted();
      return readOrUndefined(this.#path(key));
    });
    return body === undefined ? undefined : { body, lock: undefined };
  }

  /** Empty where the folder holds the object's bytes alone. */
  async metadata({ key }: Pick<VersionPlace, 'key'>): Promise<Metadata> {
    return translated('head', async () =>
      metadataIn(await readOrUndefined(this.#path(join(METADATA, `${key}.json`)))),
    );
  }

  async locksObjects(): Promise<boolean> {
    return false;
  }

  /** A directory has no versions and no locks, and does not replace an object by another. */
  async probe(signal: AbortSignal): Promise<Readonly<Record<string, boolean>>> {
    return translated('probe', async () => {
      signal.throwIfAborted();
      await makeDirectory(this.#root);
      return { bucket: true, versioned: false, object_lock: false, conditional_put: true };
    });
  }

  async *#walk(folder: string, signal: AbortSignal): AsyncIterable<string> {
    const entries = await translated('list', async () => {
      signal.throwIfAborted();
      return entriesOf(this.#path(folder));
    });
    // A directory sorts as its name with the slash, which is how keys sort.
    const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
    for (const name of names.toSorted()) {
      if (folder === '' && (name === `${METADATA}/` || name === `${TEMPORARY}/`)) continue;
      if (name.endsWith('/')) yield* this.#walk(folder + name, signal);
      else yield folder + name;
    }
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#path(name);
    const temporary = this.#path(join(TEMPORARY, hash('sha256', name, 'hex')));
    await makeDirectory(dirname(temporary));
    await makeDirectory(dirname(path));
    await using file = await open(temporary, 'w', 0o640);
    await file.writeFile(bytes);
    await file.sync();
    await rename(temporary, path);
    await syncDirectory(dirname(path));
  }

  #path(key: string): string {
    const path = resolve(this.#root, key);
    if (path === this.#root || path.startsWith(this.#root + sep)) return path;
    throw new StorageError('STORAGE_REFUSED', 'a key leads out of the store', {
      kind: 'permanent',
      details: { reason: 'bad_key' },
    });
  }
}

const ONLY_VERSION = {
  versionId: undefined,
  isLatest: true,
  isDeleteMarker: false,
  etag: undefined,
} as const;

async function requireFolder(root: string): Promise<void> {
  const found = await stat(root).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found?.isDirectory() === true) return;
  throw new StorageError('STORAGE_REFUSED', `there is no folder ${root}`, {
    kind: 'permanent',
    details: { reason: 'no_folder' },
  });
}

function refuseUnlessSame(existing: ObjectHead, etag: string): void {
  if (existing.etag === etag) return;
  throw new StorageError('STORAGE_REFUSED', 'the key holds another object', {
    kind: 'transient',
    details: { reason: 'conflict' },
  });
}

/** Creates what is missing of a path and makes each new name durable. */
async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  // Level by level: Node's own recursive way never ends where a parent refuses children, as in /proc.
  await makeDirectory(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Another put may have made it.
    if (faultCode(error) !== 'EEXIST' || !(await isDirectory(path))) throw error;
    return;
  }
  await syncDirectory(dirname(path));
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r');
  await directory.sync();
}

async function readOrUndefined(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function entriesOf(path: string): Promise<Dirent[]> {
  try {
    return await readNames(path);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

async function readNames(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true });
}

function metadataIn(sidecar: Buffer | undefined): Readonly<Record<string, string>> {
  const value = parsed(sidecar);
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return {};
  const { metadata } = value;
  if (typeof metadata !== 'object' || metadata === null) return {};
  return Object.fromEntries(Object.entries(metadata).map(([name, text]) => [name, String(text)]));
}

/** What is no JSON tells nothing: an object without metadata is looked into. */
function parsed(sidecar: Buffer | undefined): unknown {
  try {
    return sidecar === undefined ? undefined : JSON.parse(sidecar.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isMissing(error: unknown): boolean {
  const code = faultCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}

async function translated<T>(operation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asStorageError(operation, error);
  }
}

const REFUSALS: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function asStorageError(operation: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const code = faultCode(error);
  const facts = (reason: string): ConstructorParameters<typeof StorageError>[2] => ({
    kind: 'transient',
    details: { operation, reason, code },
    cause: error,
  });
  if (error instanceof Error && error.name === 'AbortError') {
    return new StorageError('STORAGE_TIMEOUT', `${operation} was given up`, facts('timeout'));
  }
  if (REFUSALS.has(code)) {
    return new StorageError('STORAGE_REFUSED', `${operation}: no permission`, facts('forbidden'));
  }
  const reason = FULL.has(code) ? 'disk_full' : 'disk';
  return new StorageError('STORAGE_UNAVAILABLE', `${operation}: the disk failed`, facts(reason));
}
