const NO_KEY = 0x9e3779b9;
/** Hex digits of 32 bits: as many of the key's hash as go in. */
const KEY_DIGITS = 8;

/**
 * 16 bits that tell a record from another at the same offset, as in a topic that was made again: of
 * its timestamp and its key's hash (lower-case hex; `undefined` for no key). Never 0, which stands
 * for a record without one. Finalizer: MurmurHash3's, public domain.
 */
export function recordFingerprint(timestampMs: number, keySha256: string | undefined): number {
  const key =
    keySha256 === undefined ? NO_KEY : Number.parseInt(keySha256.slice(0, KEY_DIGITS), 16);
  let mixed = key ^ timestampMs ^ Math.floor(timestampMs / 2 ** 32);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  const bits = (mixed ^ (mixed >>> 16)) & 0xffff;
  return bits === 0 ? 1 : bits;
}
