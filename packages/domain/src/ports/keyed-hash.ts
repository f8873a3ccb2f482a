/** Digests content under a secret key; lower-case hex. */
export interface KeyedHash {
  /** Names the key and tells nothing of it. */
  readonly keyId: string;
  of(content: Uint8Array | string): string;
  /** For content that comes in pieces. */
  begin(): PartialHash;
}

/** A digest of pieces in their order. */
export interface PartialHash {
  update(piece: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}
