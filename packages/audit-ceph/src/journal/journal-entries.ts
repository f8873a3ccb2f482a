import {
  type OffsetMap,
  type OffsetMapPlace,
  recordFingerprint,
  type TriesOfRecord,
} from '@netscope/domain';

import type { DoneRecord } from './done-lines.ts';
import { placeName } from './place-name.ts';

/** What one audit event says of a record. */
export interface RecordEvent extends OffsetMapPlace {
  readonly offset: number;
  readonly timestampMs: number;
  readonly keySha256: string | undefined;
  /** Final; else what was spent by then. */
  readonly isDone: boolean;
  readonly spent: Pick<TriesOfRecord, 'tries' | 'status' | 'bytesLeft'>;
  /** When the call began and ended, wall clock. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
}

/** Some 60 bytes each; only what is above the last commit is kept, so that this is never reached. */
const ENTRIES_MAX = 250_000;

interface PlaceEntries {
  readonly place: OffsetMapPlace;
  readonly done: Map<number, number>;
  readonly tries: Map<number, TriesOfRecord>;
  /** When the last event of a record was made, as lines say it. */
  readonly endedAtMs: Map<number, number>;
}

/** What a former life's events come to, record by record: the last word on each counts. */
export class JournalEntries {
  readonly #byName = new Map<string, PlaceEntries>();
  #count = 0;
  /** Entries that found no room. */
  dropped = 0;

  addMap({ place, map }: { readonly place: OffsetMapPlace; readonly map: OffsetMap }): void {
    const { done, tries } = this.#of(place, placeName(place));
    for (const [index, offset] of map.offsets.entries()) {
      if (this.#hasRoom()) done.set(offset, map.fingerprints[index] ?? 0);
    }
    for (const one of map.tries) if (this.#hasRoom()) tries.set(one.offset, one);
  }

  addDone({ place, name, offset, fingerprint }: Omit<DoneRecord, 'endedAtMs'>): void {
    if (!this.#hasRoom()) return;
    const { done, tries } = this.#of(place, name);
    tries.delete(offset);
    done.set(offset, fingerprint);
  }

  add(event: RecordEvent): void {
    const { offset } = event;
    const fingerprint = recordFingerprint(event.timestampMs, event.keySha256);
    const name = placeName(event);
    if (event.isDone) return this.addDone({ place: event, name, offset, fingerprint });
    if (!this.#hasRoom()) return;
    const { done, tries, endedAtMs } = this.#of(event, name);
    // A repeat that failed takes nothing back of what was delivered.
    if (done.get(offset) === fingerprint) return;
    const before = tries.get(offset);
    const isSame = before?.fingerprint === fingerprint;
    const firstTryAtMs = isSame ? before.firstTryAtMs : event.beganAtMs;
    // A throttled call, or a failed probe, counts no more than it did.
    const counts = before === undefined || event.spent.tries > before.tries;
    const lastTryAtMs = isSame && !counts ? before.lastTryAtMs : event.endedAtMs;
    const times = { firstTryAtMs, lastTryAtMs };
    tries.set(offset, { ...event.spent, ...times, offset, fingerprint });
    endedAtMs.set(offset, event.endedAtMs);
  }

  /** What is known from `base` on; `undefined` for nothing. */
  mapOf(place: OffsetMapPlace, base: number): OffsetMap | undefined {
    const entries = this.#byName.get(placeName(place));
    if (entries === undefined) return undefined;
    const done = [...entries.done].filter(([offset]) => offset >= base);
    done.sort(([a], [b]) => a - b);
    const tries = [...entries.tries.values()].filter(({ offset }) => offset >= base);
    if (done.length === 0 && tries.length === 0) return undefined;
    return {
      base,
      offsets: done.map(([offset]) => offset),
      fingerprints: done.map(([, fingerprint]) => fingerprint),
      tries: tries.toSorted((a, b) => a.offset - b.offset),
    };
  }

  /** When the last event of a record that is not done was made; `undefined` where none is known. */
  endedAtMs(place: OffsetMapPlace, offset: number): number | undefined {
    return this.#byName.get(placeName(place))?.endedAtMs.get(offset);
  }

  *places(): IterableIterator<OffsetMapPlace> {
    for (const { place } of this.#byName.values()) yield place;
  }

  clear(): void {
    this.#byName.clear();
  }

  #hasRoom(): boolean {
    this.#count += 1;
    if (this.#count <= ENTRIES_MAX) return true;
    this.dropped += 1;
    return false;
  }

  #of(known: OffsetMapPlace, name: string): PlaceEntries {
    const there = this.#byName.get(name);
    if (there !== undefined) return there;
    const { cluster, group, topic, partition } = known;
    const place = { cluster, group, topic, partition };
    const entries = {
      place,
      done: new Map<number, number>(),
      tries: new Map<number, TriesOfRecord>(),
      endedAtMs: new Map<number, number>(),
    };
    this.#byName.set(name, entries);
    return entries;
  }
}
