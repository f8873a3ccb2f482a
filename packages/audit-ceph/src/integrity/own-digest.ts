import type { AuditDigest } from '@netscope/domain';

/** What a node needs to know of a digest that it made. */
export type OwnDigest = Pick<
  AuditDigest,
  'node' | 'epoch' | 'number' | 'timestamp' | 'key_id' | 'position'
> & { readonly segments: readonly unknown[] };

const EPOCH = /^\d{12}[0-9a-f]{4}$/;

/**
 * Reads a digest of this node's own, which its signature vouches for; `undefined` where it is none.
 * Without the schema, which would take as much memory as the thread that makes digests.
 */
export function parseOwnDigest(bytes: Buffer): OwnDigest | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    return isOwnDigest(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOwnDigest(value: unknown): value is OwnDigest {
  const fields = fieldsOf(value);
  const texts = ['node', 'timestamp', 'key_id', 'signature'];
  return (
    texts.every((name) => typeof fields.get(name) === 'string') &&
    isEpoch(fields.get('epoch')) &&
    isCount(fields.get('number')) &&
    Array.isArray(fields.get('segments')) &&
    (!fields.has('position') || isPosition(fields.get('position')))
  );
}

function isPosition(value: unknown): boolean {
  const fields = fieldsOf(value);
  return (
    isEpoch(fields.get('epoch')) &&
    isCount(fields.get('seq')) &&
    typeof fields.get('head') === 'string'
  );
}

function isEpoch(value: unknown): boolean {
  return typeof value === 'string' && EPOCH.test(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}
