import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

import { StorageError } from '@netscope/domain/plain';

/** A key that signs digests, with the id that they carry. */
export interface SigningKey {
  readonly id: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

const ID_DIGITS = 16;
const PEM = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g;

/** The first 16 hex digits of the SHA-256 of the key's SubjectPublicKeyInfo (DER). */
export function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(der).digest('hex').slice(0, ID_DIGITS);
}

/** What the log says of a key: enough to check digests with. */
export function keyFacts({ id, publicKey }: SigningKey): Readonly<Record<string, string>> {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { key_id: id, public_key: der.toString('base64') };
}

/**
 * Reads Ed25519 private keys in PEM. The first signs; others are former keys, which sign that the
 * first took over from them.
 * @throws {StorageError} STORAGE_REFUSED where there is none, or one is of another kind.
 */
export function signingKeys(pem: string, where: string): readonly SigningKey[] {
  const keys = pemBlocks(pem).map((block) => signingKey(block, where));
  if (keys.length === 0) throw unusable(where, 'it holds no PEM block');
  return keys;
}

/**
 * Reads Ed25519 public keys in PEM; of a private key, its public part.
 * @throws {StorageError} STORAGE_REFUSED where there is none, or one is of another kind.
 */
export function publicKeys(pem: string, where: string): readonly KeyObject[] {
  const keys = pemBlocks(pem).map((block) => ed25519(() => createPublicKey(block), where));
  if (keys.length === 0) throw unusable(where, 'it holds no PEM block');
  return keys;
}

function signingKey(block: string, where: string): SigningKey {
  const privateKey = ed25519(() => createPrivateKey(block), where);
  const publicKey = createPublicKey(block);
  return { id: keyIdOf(publicKey), privateKey, publicKey };
}

function pemBlocks(text: string): readonly string[] {
  return [...text.matchAll(PEM)].map(([block]) => block);
}

function ed25519(read: () => KeyObject, where: string): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (error) {
    throw unusable(where, 'it holds something else', error);
  }
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw unusable(where, `it holds a key of kind ${key.asymmetricKeyType ?? 'unknown'}`);
}

function unusable(where: string, why: string, cause?: unknown): StorageError {
  return new StorageError(
    'STORAGE_REFUSED',
    `${where} must hold Ed25519 keys in PEM, but ${why}; "openssl genpkey -algorithm ed25519" makes one`,
    { kind: 'permanent', cause },
  );
}
