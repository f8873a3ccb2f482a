import { hash } from 'node:crypto';

import type { SegmentChecks } from '../../src/integrity/verify/segment-checks.ts';
import { isBreach, verifyTrail, type Finding } from '../../src/reader.ts';
import type {
  KeyRange,
  StoredObject,
  StoredVersion,
  TrailStore,
  VersionPlace,
} from '../../src/reader/trail-store.ts';

type Keys = Parameters<typeof verifyTrail>[0]['keys'];
type Version = { readonly id: string; readonly body: Buffer | undefined };

const NOW_MS = 1_800_000_000_000;
const LOCK = { mode: 'compliance', untilMs: NOW_MS + 1 };
const { signal } = new AbortController();

/** A stored trail in memory, in a store that keeps versions: to be changed and checked by the thousand. */
export class MemoryTrail implements TrailStore {
  /** Newest first. */
  readonly #versionsByKey: Map<string, readonly Version[]>;
  readonly #unlocked = new Set<string>();
  #versions = 0;

  constructor(objects: ReadonlyMap<string, Buffer>) {
    this.#versionsByKey = new Map(
      [...objects].map(([key, body]) => [key, [{ id: 'first', body }]]),
    );
  }

  get keys(): readonly string[] {
    return [...this.#versionsByKey.keys()].toSorted();
  }

  body(key: string): Buffer {
    return (
      this.#versionsByKey.get(key)?.find(({ body }) => body !== undefined)?.body ?? Buffer.of()
    );
  }

  /** Puts bytes in the place of all that was there, as one who can destroy versions does. */
  overwrite(key: string, body: Buffer): void {
    this.#versionsByKey.set(key, [{ id: 'first', body }]);
  }

  destroy(key: string): void {
    this.#versionsByKey.delete(key);
  }

  /** As one who has the gateway's own rights: what was there before stays. No body: a delete marker. */
  put(key: string, body: Buffer | undefined): void {
    this.#versions += 1;
    const version = { id: `later-${this.#versions}`, body };
    this.#versionsByKey.set(key, [version, ...(this.#versionsByKey.get(key) ?? [])]);
  }

  unlock(key: string): void {
    this.#unlocked.add(key);
  }

  async *versions({ prefix, after = '' }: KeyRange): AsyncIterable<StoredVersion> {
    for (const key of this.keys) {
      if (!key.startsWith(prefix) || key <= after) continue;
      for (const [index, { id, body }] of (this.#versionsByKey.get(key) ?? []).entries()) {
        const isDeleteMarker = body === undefined;
        const etag = body === undefined ? undefined : hash('md5', body);
        const facts = { isLatest: index === 0, isDeleteMarker, bytes: body?.length, etag };
        yield { key, versionId: id, ...facts };
      }
    }
  }

  async read({ key, versionId }: VersionPlace): Promise<StoredObject | undefined> {
    const version = this.#versionsByKey.get(key)?.find(({ id }) => id === versionId);
    if (version?.body === undefined) return undefined;
    return { body: version.body, lock: this.#unlocked.has(key) ? undefined : LOCK };
  }

  async metadata(): Promise<undefined> {
    return undefined;
  }

  async locksObjects(): Promise<boolean> {
    return true;
  }

  /** What makes it unsound. */
  async breaches(options: {
    readonly keys: Keys;
    readonly heads: readonly string[];
    readonly checks: SegmentChecks;
  }): Promise<readonly Finding[]> {
    const findings: Finding[] = [];
    const range = { fromMs: undefined, toMs: undefined };
    const onFinding = (finding: Finding): void => void findings.push(finding);
    const told = { onFinding, onProgress: () => undefined };
    await verifyTrail({ store: this, range, nowMs: NOW_MS, ...options, ...told }, signal);
    return findings.filter((finding) => isBreach(finding));
  }
}
