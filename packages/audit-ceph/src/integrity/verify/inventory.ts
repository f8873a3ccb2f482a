import { hourKeys, type TimeRange, touchesHour } from '../../reader/time-range.ts';
import { parseDigestKey, parseEventKey, type EventKey } from '../../reader/trail-keys.ts';
import {
  firstWritten,
  type KeyRange,
  type StoredVersion,
  type TrailStore,
  versionsByKey,
} from '../../reader/trail-store.ts';
import { DIGESTS_PREFIX, EVENTS_PREFIX, TRAIL_PREFIX } from '../../spool/object-key.ts';
import type { Finding } from './finding.ts';

/** Some ten times what a digest of 1000 segments takes: what is larger is not fetched. */
const DIGEST_BYTES_MAX = 16 * 1024 * 1024;

/** A key that the store holds now. */
export interface Held {
  readonly version: Pick<StoredVersion, 'key' | 'versionId' | 'bytes'>;
}

export interface HeldEvents extends Held {
  readonly place: EventKey;
}

/** Everything that a store holds of a trail, by node. Memory: some 300 bytes for each object. */
export class Inventory {
  /** Keys of digests in order, by node as keys write it. */
  readonly digests = new Map<string, Held[]>();
  /** Event objects by key; what the digests list is taken out. */
  readonly events = new Map<string, HeldEvents>();
  readonly #onFinding: (finding: Finding) => void;

  private constructor(onFinding: (finding: Finding) => void) {
    this.#onFinding = onFinding;
  }

  /** Lists a store, digests first, so that all that they list is there when it is looked for. */
  static async take(
    store: TrailStore,
    range: TimeRange,
    options: { readonly onFinding: (finding: Finding) => void; readonly signal: AbortSignal },
  ): Promise<Inventory> {
    const inventory = new Inventory(options.onFinding);
    await inventory.#list(store, { prefix: DIGESTS_PREFIX }, options.signal);
    const { after, before } = hourKeys(range, TRAIL_PREFIX);
    const isWhole = after === undefined && before === undefined;
    const prefix = isWhole ? TRAIL_PREFIX : EVENTS_PREFIX;
    await inventory.#list(store, { prefix, after, before }, options.signal);
    for (const [key, { place }] of inventory.events) {
      if (!touchesHour(range, place.hourStartMs)) inventory.events.delete(key);
    }
    return inventory;
  }

  async #list(
    store: TrailStore,
    range: KeyRange & { readonly before?: string | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const { prefix, before } = range;
    for await (const versions of versionsByKey(store.versions(range, signal))) {
      if (before !== undefined && (versions[0]?.key ?? '') >= before) return;
      this.#note(versions, prefix);
    }
  }

  #note(versions: readonly StoredVersion[], prefix: string): void {
    const latest = versions.find(({ isLatest }) => isLatest) ?? versions[0];
    if (latest === undefined) return;
    const { key } = latest;
    // The listing of everything meets the digests again.
    if (prefix !== DIGESTS_PREFIX && key.startsWith(DIGESTS_PREFIX)) return;
    if (versions.some(({ isDeleteMarker }) => isDeleteMarker)) {
      this.#find('delete_marker', key, 'somebody deleted it; the bucket keeps the version before');
    }
    const etags = new Set(versions.flatMap(({ etag }) => etag ?? []));
    if (etags.size > 1) {
      const count = `${versions.length} versions with ${etags.size} different contents`;
      this.#find('replaced_version', key, `it has ${count}; what was written first counts`);
    }
    const oldest = firstWritten(versions);
    if (oldest !== undefined) this.#hold(oldest);
  }

  #hold({ key, versionId, bytes }: StoredVersion): void {
    const version = { key, versionId, bytes };
    const digest = parseDigestKey(key);
    if (digest !== undefined && bytes !== undefined && bytes > DIGEST_BYTES_MAX) {
      return this.#find('changed', key, `it has ${bytes} bytes, which no digest has`);
    }
    if (digest !== undefined) {
      const held = this.digests.get(digest.node) ?? [];
      held.push({ version });
      this.digests.set(digest.node, held);
      return;
    }
    const place = parseEventKey(key);
    if (place === undefined) return this.#find('extra', key, 'no node writes a key like this');
    this.events.set(key, { version, place });
  }

  #find(kind: Finding['kind'], place: string, message: string): void {
    this.#onFinding({ kind, place, message });
  }
}
