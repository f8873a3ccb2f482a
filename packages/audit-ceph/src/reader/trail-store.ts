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

/** Keys to list. */
export interface KeyRange {
  readonly prefix: string;
  /** Keys up to this one, it included, are not listed; `undefined` lists all below the prefix. */
  readonly after?: string | undefined;
}

/** Which version of which key. */
export type VersionPlace = Pick<StoredVersion, 'key' | 'versionId'>;

/** What a writer said of an object, by name. */
export type Metadata = Readonly<Record<string, string>>;

/** A store as a reader of the trail sees it: it never writes. */
export interface TrailStore {
  /** Every version of every key, in the order of keys, the newest first. @throws {StorageError} */
  versions(range: KeyRange, signal: AbortSignal): AsyncIterable<StoredVersion>;
  /** `undefined` where it is gone. @throws {StorageError} */
  read(version: VersionPlace, signal: AbortSignal): Promise<StoredObject | undefined>;
  /** `undefined` where it is gone. @throws {StorageError} */
  metadata(version: VersionPlace, signal: AbortSignal): Promise<Metadata | undefined>;
  /** Whether the store promises to lock each new object. @throws {StorageError} where it cannot be used */
  locksObjects(signal: AbortSignal): Promise<boolean>;
}

/** The versions of each key together, in the order that the store lists them. */
export async function* versionsByKey(
  listing: AsyncIterable<StoredVersion>,
): AsyncIterable<readonly StoredVersion[]> {
  let versions: StoredVersion[] = [];
  for await (const version of listing) {
    if (versions.length > 0 && versions[0]?.key !== version.key) {
      yield versions;
      versions = [];
    }
    versions.push(version);
  }
  if (versions.length > 0) yield versions;
}

/** The version that a node wrote: nothing may come after it. `undefined` where none is left. */
export function firstWritten(versions: readonly StoredVersion[]): StoredVersion | undefined {
  return versions.findLast(({ isDeleteMarker }) => !isDeleteMarker);
}
