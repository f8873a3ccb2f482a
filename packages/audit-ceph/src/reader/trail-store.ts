import type { ObjectStore } from '@netscope/domain';

/** One version of one key, as the store lists it. */
export interface StoredVersion {
  readonly key: string;
  /** `undefined` where the store keeps no versions. */
  readonly versionId: string | undefined;
  readonly isLatest: boolean;
  /** A deletion that keeps what was there before: it has no bytes. */
  readonly isDeleteMarker: boolean;
  readonly bytes: number | undefined;
  /** `undefined` where the store tells it only for a price. */
  readonly etag: string | undefined;
}

/** An object as it was read, with what protects it. */
export interface StoredObject {
  readonly body: Uint8Array;
  /** `undefined` where nothing locks it. */
  readonly lock: { readonly mode: string; readonly untilMs: number } | undefined;
}

/** A store as a reader of the trail sees it: it never writes. */
export interface TrailStore {
  /** Every version of every key below a prefix. @throws {StorageError} */
  versions(prefix: string, signal: AbortSignal): AsyncIterable<StoredVersion>;
  /** `undefined` where it is gone. @throws {StorageError} */
  read(
    version: Pick<StoredVersion, 'key' | 'versionId'>,
    signal: AbortSignal,
  ): Promise<StoredObject | undefined>;
  /** Metadata of the latest version; `undefined` where there is none. @throws {StorageError} */
  metadata(key: string, signal: AbortSignal): Promise<Readonly<Record<string, string>> | undefined>;
  /** Whether the store promises to lock each new object. @throws {StorageError} where it cannot be used */
  locksObjects(signal: AbortSignal): Promise<boolean>;
}

/** A store without versions or locks. */
export function plainTrailStore(store: ObjectStore): TrailStore {
  return {
    async *versions(prefix, signal) {
      for await (const key of store.list(prefix, signal)) yield onlyVersion(key);
    },
    async read({ key }, signal) {
      const body = await store.get(key, signal);
      return body === undefined ? undefined : { body, lock: undefined };
    },
    async metadata(key, signal) {
      return (await store.head(key, signal))?.metadata;
    },
    async locksObjects() {
      return false;
    },
  };
}

function onlyVersion(key: string): StoredVersion {
  const none = { versionId: undefined, bytes: undefined, etag: undefined };
  return { key, isLatest: true, isDeleteMarker: false, ...none };
}
