/** An immutable object to be stored. */
export interface ObjectToPut {
  /** Full key, slashes included. */
  readonly key: string;
  readonly body: Uint8Array;
  /** Lower-case names; ASCII values. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Lower-case hex of the body, where the caller has them; they spare hashing it again. */
  readonly digests?: { readonly md5: string; readonly sha256: string };
}

export interface ObjectHead {
  readonly key: string;
  readonly bytes: number;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Immutable objects by key. Same key, same bytes: a repeat of a put that landed is a success. */
export interface ObjectStore {
  /** Resolves when the store has acknowledged every byte. @throws {StorageError} */
  put(object: ObjectToPut, signal: AbortSignal): Promise<void>;
  /** `undefined` where there is none. @throws {StorageError} */
  head(key: string, signal: AbortSignal): Promise<ObjectHead | undefined>;
  /**
   * Keys below `prefix` in the order of their bytes, without those up to `after`.
   * @throws {StorageError}
   */
  list(
    range: { readonly prefix: string; readonly after?: string | undefined },
    signal: AbortSignal,
  ): AsyncIterable<string>;
  /** `undefined` where there is none. @throws {StorageError} */
  get(key: string, signal: AbortSignal): Promise<Uint8Array | undefined>;
}
