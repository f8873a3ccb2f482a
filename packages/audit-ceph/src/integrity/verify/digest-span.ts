import { isoTimestamp } from '@netscope/domain';

import { type TimeRange, touchesHour } from '../../reader/time-range.ts';
import { parseEventKey } from '../../reader/trail-keys.ts';
import type { StoredObject } from '../../reader/trail-store.ts';
import { digestKey } from '../../spool/object-key.ts';
import { parseDigest } from '../parse-digest.ts';
import type { ListedSegment } from './digest-chain.ts';
import type { Held } from './inventory.ts';
import type { TrustedKeys } from './trusted-keys.ts';

/** A digest is signed behind its events; a clock that was set may have put it this much off. */
const MARGIN_MS = 86_400_000;

/**
 * A node's digests, in order, from the last one that was signed well before a range on: by halving,
 * so that few are read. All of them where one that was looked at is not what it must be.
 * @throws {StorageError}
 */
export async function digestsFrom(
  held: readonly Held[],
  fromMs: number | undefined,
  edges: {
    readonly keys: TrustedKeys;
    readonly read: (held: Held) => Promise<StoredObject | undefined>;
  },
): Promise<readonly Held[]> {
  if (fromMs === undefined) return held;
  const from = isoTimestamp(fromMs - MARGIN_MS);
  let [low, high] = [0, held.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const digest = held[middle];
    // oxlint-disable-next-line no-await-in-loop -- each look says where the next one is
    const signedAt = digest === undefined ? undefined : await timeOf(digest, edges);
    if (signedAt === undefined) return held;
    if (signedAt < from) low = middle + 1;
    else high = middle;
  }
  return held.slice(Math.max(0, low - 1));
}

/** Whether what a digest lists lies well behind a range: so does all that comes after. */
export function isBehind(listed: readonly ListedSegment[], { toMs }: TimeRange): boolean {
  if (toMs === undefined) return false;
  const behind = { fromMs: toMs + MARGIN_MS, toMs: undefined };
  return listed.some(({ segment }) => {
    const place = parseEventKey(segment.key);
    return place !== undefined && touchesHour(behind, place.hourStartMs);
  });
}

/** When a digest was signed; `undefined` where it is not one that counts. */
async function timeOf(
  held: Held,
  { keys, read }: Parameters<typeof digestsFrom>[2],
): Promise<string | undefined> {
  const object = await read(held);
  const bytes = Buffer.from(object?.body ?? []);
  const digest = parseDigest(bytes);
  if (digest === undefined || digestKey(digest) !== held.version.key) return undefined;
  return keys.flawIn(digest, bytes) === undefined ? digest.timestamp : undefined;
}
