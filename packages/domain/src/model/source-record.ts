/** One header of a record; a name may repeat, a value may be any bytes. */
export interface RecordHeader {
  readonly name: string;
  readonly value: Uint8Array;
}

/**
 * The value of a header that came with none, which is not the same as an empty one to whoever writes
 * the record again; known by its identity. To all others it is empty.
 */
export const NULL_HEADER_VALUE = new Uint8Array();

/** One message as consumed, bytes untouched. */
export interface SourceRecord {
  readonly topic: string;
  readonly partition: number;
  /** Position in its partition; below 2^53, which the adapters check. */
  readonly offset: number;
  /** When the producer or broker stamped it, ms since the epoch. */
  readonly timestampMs: number;
  /** `null` where the record has no key, which is not the same as an empty one. */
  readonly key: Uint8Array | null;
  /**
   * Lower-case hex, where the source has worked it out; absent otherwise, and for no key. A keyed
   * hash where `audit.hash` asks for one.
   */
  readonly keySha256?: string | undefined;
  /** `null` for a tombstone, which is not the same as an empty value. */
  readonly value: Uint8Array | null;
  readonly headers: readonly RecordHeader[];
}

/** Where a record stands, as every event about it says. */
export interface SourceCoordinates {
  readonly kind: SourceKind;
  readonly cluster: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Lower-case hex; absent for a record without a key. */
  readonly keySha256: string | undefined;
  readonly timestampMs: number;
}

export type SourceKind = 'kafka' | 'embedded';
