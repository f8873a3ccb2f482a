import { createPublicKey, type KeyObject } from 'node:crypto';

import type { AuditDigest } from '@netscope/domain';

import { isHandedOver, isSignedBy } from '../signed-digest.ts';
import { keyIdOf } from '../signing-key.ts';

/** The keys that a check trusts: those it was given, and those they handed over to. */
export class TrustedKeys {
  readonly #keyById: Map<string, KeyObject>;

  constructor(keys: readonly KeyObject[]) {
    this.#keyById = new Map(keys.map((key) => [keyIdOf(key), key]));
  }

  /** Why a digest's signature does not count; `undefined` where it does. */
  flawIn(digest: AuditDigest, bytes: Buffer): string | undefined {
    const key = this.#keyById.get(digest.key_id) ?? this.#successor(digest);
    if (key === undefined) {
      const known = [...this.#keyById.keys()].join(', ');
      return `it is signed by key ${digest.key_id}, which is none of ${known} and was not handed over to by one of them`;
    }
    if (!isSignedBy(bytes, key)) return `its signature is not that of key ${digest.key_id}`;
    this.#keyById.set(digest.key_id, key);
    return undefined;
  }

  /** Whether any of the keys signed these bytes, whatever they are. */
  signed(bytes: Buffer): boolean {
    return [...this.#keyById.values()].some((key) => isSignedBy(bytes, key));
  }

  #successor(digest: AuditDigest): KeyObject | undefined {
    const { rotation } = digest;
    const former = rotation === undefined ? undefined : this.#keyById.get(rotation.from);
    if (rotation === undefined || former === undefined) return undefined;
    try {
      const der = Buffer.from(rotation.public_key, 'base64');
      const present = createPublicKey({ key: der, format: 'der', type: 'spki' });
      return isHandedOver(digest, former, present) ? present : undefined;
    } catch {
      return undefined;
    }
  }
}
