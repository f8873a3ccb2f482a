import { daysOf, type TimeRange, touchesHour } from '../../reader/time-range.ts';
import { parseDigestKey, parseEventKey, type EventKey } from '../../reader/trail-keys.ts';
import type { StoredVersion, TrailStore } from '../../reader/trail-store.ts';
import { DIGESTS_PREFIX, TRAIL_PREFIX } from '../../spool/object-key.ts';
import type { Finding } from './finding.ts';

/** A key that the store holds now. */
export interface Held {
  readonly version: Pick<StoredVersion, 'key' | 'versionId'>;
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
    const days = daysOf(range);
    const eventPrefixes = days?.map((day) => `${TRAIL_PREFIX}dt=${day}/`) ?? [TRAIL_PREFIX];
    for (const prefix of [DIGESTS_PREFIX, ...eventPrefixes]) {
      // oxlint-disable-next-line no-await-in-loop -- digests are listed before what they list
      await inventory.#list(store, prefix, options.signal);
    }
    for (const [key, { place }] of inventory.events) {
      if (!touchesHour(range, place.hourStartMs)) inventory.events.delete(key);
    }
    return inventory;
  }

  async #list(store: TrailStore, prefix: string, signal: AbortSignal): Promise<void> {
    let versions: StoredVersion[] = [];
    for await (const version of store.versions(prefix, signal)) {
      if (versions.length > 0 && versions[0]?.key !== version.key) {
        this.#note(versions, prefix);
        versions = [];
      }
      versions.push(version);
    }
    if (versions.length > 0) this.#note(versions, prefix);
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
    // The version written first is the one that a node wrote: nothing may come after it.
    const oldest = versions.findLast(({ isDeleteMarker }) => !isDeleteMarker);
    if (oldest !== undefined) this.#hold(oldest);
  }

  #hold({ key, versionId }: StoredVersion): void {
    const version = { key, versionId };
    const digest = parseDigestKey(key);
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
