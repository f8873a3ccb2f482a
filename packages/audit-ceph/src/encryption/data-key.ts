import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

import type { EncryptionKey } from './key-file.ts';

export const CIPHER = 'aes-256-gcm';
export const TAG_BYTES = 16;
const IV_BYTES = 12;
const KEY_BYTES = 32;

/** Whose lines of which day a data key encrypts. */
export interface DataKeyPlace {
  readonly node: string;
  readonly epoch: string;
  /** UTC, such as `2026-11-21`. */
  readonly day: string;
}

/** A data key, and what lines carry of it. */
export interface DataKey {
  readonly bytes: Buffer;
  readonly keyId: string;
  readonly day: string;
  /** Base64 of initialization vector, encrypted key and tag. */
  readonly wrapped: string;
}

/** Draws a data key and wraps it; `place` cannot be changed afterwards without being seen. */
export function makeDataKey(place: DataKeyPlace, key: EncryptionKey): DataKey {
  const bytes = randomBytes(KEY_BYTES);
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key.secret, iv).setAAD(wrapContext(place));
  const wrapped = Buffer.concat([iv, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  return { bytes, keyId: key.id, day: place.day, wrapped: wrapped.toString('base64') };
}

/** The data key that `wrapped` holds; `undefined` where it is damaged, or of another place. */
export function unwrapDataKey(
  wrapped: string,
  place: DataKeyPlace,
  { secret }: EncryptionKey,
): KeyObject | undefined {
  const bytes = Buffer.from(wrapped, 'base64');
  if (bytes.length !== IV_BYTES + KEY_BYTES + TAG_BYTES) return undefined;
  const iv = bytes.subarray(0, IV_BYTES);
  const opened = decrypted(bytes.subarray(IV_BYTES), {
    secret,
    iv,
    context: wrapContext(place),
  });
  return opened && createSecretKey(opened);
}

/** What of a line its encrypted fields are bound to. */
export function lineContext({ node, epoch }: Omit<DataKeyPlace, 'day'>, seq: number): Buffer {
  return Buffer.from(`netscope-fields-1\n${node}\n${epoch}\n${seq}\n`);
}

/** A data key encrypts one line of each number, so the number is what no other line has. */
export function lineIv(seq: number): Buffer {
  const iv = Buffer.alloc(IV_BYTES);
  iv.writeBigUInt64BE(BigInt(seq), IV_BYTES - 8);
  return iv;
}

/** Plain bytes of AES-256-GCM, the tag behind the text; `undefined` where they do not authenticate. */
export function decrypted(
  sealed: Buffer,
  by: { readonly secret: KeyObject; readonly iv: Buffer; readonly context: Buffer },
): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, by.secret, by.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(by.context).setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function wrapContext({ node, epoch, day }: DataKeyPlace): Buffer {
  return Buffer.from(`netscope-data-key-1\n${node}\n${epoch}\n${day}\n`);
}
