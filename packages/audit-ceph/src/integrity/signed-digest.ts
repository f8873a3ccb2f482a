import { createHash, type KeyObject, sign, verify } from 'node:crypto';

import type { AuditDigest } from '@netscope/domain';

import { keyIdOf, type SigningKey } from './signing-key.ts';

/** Everything of a digest but what signing adds. */
export type DigestFacts = Omit<AuditDigest, 'signature' | 'key_id'>;

/** Where the signature begins: what is signed are the bytes before it. */
const SIGNATURE = ',"signature":"';
const ENDING = '"}\n';

/** One JSON object and a newline; the signature is its last field, over every byte before it. */
export function signDigest(facts: DigestFacts, key: SigningKey): Buffer {
  const { rotation, ...rest } = facts;
  const unsigned = { ...rest, key_id: key.id, ...(rotation === undefined ? {} : { rotation }) };
  const text = JSON.stringify(unsigned).slice(0, -1);
  const signature = sign(null, Buffer.from(text), key.privateKey).toString('base64');
  return Buffer.from(text + SIGNATURE + signature + ENDING);
}

/** Whether the key's owner signed these very bytes. */
export function isSignedBy(bytes: Buffer, key: KeyObject): boolean {
  const at = bytes.lastIndexOf(SIGNATURE);
  if (at < 0) return false;
  const text = bytes.toString('latin1', at + SIGNATURE.length);
  if (!text.endsWith(ENDING)) return false;
  const signature = Buffer.from(text.slice(0, -ENDING.length), 'base64');
  if (signature.toString('base64') + ENDING !== text) return false;
  return verify(null, bytes.subarray(0, at), key, signature);
}

/** Says, by the old key, that the new one signs from here on. */
export function signRotation(
  place: RotationPlace,
  former: SigningKey,
  present: SigningKey,
): NonNullable<AuditDigest['rotation']> {
  const publicKey = derBase64(present.publicKey);
  const text = rotationText(place, former.id, publicKey);
  const signature = sign(null, text, former.privateKey).toString('base64');
  return { from: former.id, public_key: publicKey, signature };
}

/** Whether the old key's owner handed over to the key that the digest names. */
export function isHandedOver(digest: AuditDigest, former: KeyObject, present: KeyObject): boolean {
  const { rotation, node, previous } = digest;
  if (rotation?.from !== keyIdOf(former) || keyIdOf(present) !== digest.key_id) return false;
  if (rotation.public_key !== derBase64(present)) return false;
  const place = { node, previous: previous?.sha256 ?? '' };
  const text = rotationText(place, rotation.from, rotation.public_key);
  return verify(null, text, former, Buffer.from(rotation.signature, 'base64'));
}

/** Lower-case hex SHA-256 of a digest's bytes: the head that is kept elsewhere. */
export function digestHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

interface RotationPlace {
  readonly node: string;
  /** Hash of the digest before; empty where there is none. */
  readonly previous: string;
}

function rotationText({ node, previous }: RotationPlace, from: string, publicKey: string): Buffer {
  return Buffer.from(`netscope-key-rotation\n${node}\n${previous}\n${from}\n${publicKey}\n`);
}

function derBase64(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'der' }).toString('base64');
}
