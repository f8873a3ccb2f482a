import type {
  AcknowledgedOffset,
  DeliveryJournal,
  HeldOffsets,
  OffsetMap,
  OffsetMapPlace,
  Recalled,
  TriesOfRecord,
} from '@netscope/domain';

import type { LineText } from '../spool/line-text.ts';
import type { SpoolPaths } from '../spool/segment.ts';
import type { SpoolFiles } from '../spool/spool-files.ts';
import { Acknowledged } from './acknowledged.ts';
import { BegunCalls } from './begun-calls.ts';
import { DoneLines, type DoneRecord } from './done-lines.ts';
import { JournalEntries } from './journal-entries.ts';
import { type IndexedPlace, readIndex, writeIndex } from './journal-index.ts';
import { placeName } from './place-name.ts';
import { readRecordEvent } from './read-record-event.ts';

export interface SpoolJournalOptions {
  readonly paths: SpoolPaths;
  readonly files: SpoolFiles;
  /** Of `data_dir`: a copy of it has another, and its journal says nothing. */
  readonly instanceId: string;
  readonly wallMs: () => number;
}

/**
 * The spool as the journal of what was done. Lines that are not sealed are read at the start; what
 * sealed segments say of offsets that are not committed stands in an index that is synced before a
 * segment's lines are removed, so that no sealed segment is ever read. What is known of a partition
 * ends with its commit, its loss, and, after a start, when it is not assigned.
 */
export class SpoolJournal implements DeliveryJournal {
  readonly #options: SpoolJournalOptions;
  readonly #acknowledged: Acknowledged;
  readonly #entries = new JournalEntries();
  readonly #doneLines = new DoneLines();
  readonly #begun: BegunCalls;
  #held: readonly HeldOffsets[] = [];
  #hasNews = false;
  /** Told that `nextNote` has something to write. */
  onNews: () => void = () => undefined;

  /** Reads the index; `takeLine` brings the rest. */
  constructor(options: SpoolJournalOptions) {
    const { paths, files, instanceId } = options;
    this.#options = options;
    this.#acknowledged = new Acknowledged(paths, files, instanceId);
    this.#begun = new BegunCalls(paths.begun, files, this.#acknowledged.isOurs);
    if (!this.#acknowledged.isOurs || files.size(paths.journal) === undefined) return;
    const index = readIndex(files.read(paths.journal).toString('utf8'));
    for (const place of index?.places ?? []) this.#takeIndexed(place, index?.writtenAtMs ?? 0);
  }

  /** Entries that found no room in memory. */
  get dropped(): number {
    return this.#entries.dropped;
  }

  /** One whole line of a file that is not sealed, in order. */
  readonly takeLine = (line: LineText): void => {
    if (!this.#acknowledged.isOurs) return;
    const done = this.#doneLines.read(line);
    if (done !== undefined) return this.#takeDone(done);
    const event = readRecordEvent(line.line, (place, offset) => this.#isOver(place, offset));
    if (event === undefined || event.endedAtMs <= this.#deadToMs(event)) return;
    this.#entries.add(event);
  };

  recall(place: OffsetMapPlace, committed: number): Recalled | undefined {
    const seen = this.#acknowledged.of(place);
    if (seen?.offset !== undefined && committed < seen.offset) {
      this.#note({ ...placeOf(place), offset: committed, deadToMs: this.#options.wallMs() });
      return { kind: 'reset', acknowledged: seen.offset };
    }
    const map = this.#mapOf(place, committed);
    return map && { kind: 'map', map };
  }

  knownAbove(place: OffsetMapPlace, committed: number): OffsetMap | undefined {
    const isReset = committed < (this.#acknowledged.of(place)?.offset ?? 0);
    return isReset ? undefined : this.#mapOf(place, committed);
  }

  noteBegun(place: OffsetMapPlace, spent: TriesOfRecord): boolean {
    return this.#begun.begin(place, spent);
  }

  noteEnded(place: OffsetMapPlace, offset: number): void {
    this.#begun.end(place, offset);
  }

  hold(held: readonly HeldOffsets[]): void {
    this.#held = held;
    this.#entries.clear();
    const names = new Set(held.map(placeName));
    this.#begun.keepOnly(names);
    for (const seen of this.#acknowledged.all()) {
      if (!names.has(placeName(seen))) this.#note({ ...seen, deadToMs: this.#options.wallMs() });
    }
    for (const place of held) {
      const isNew = this.#acknowledged.of(place) === undefined;
      if (isNew) this.#note({ ...placeOf(place), offset: undefined, deadToMs: undefined });
    }
  }

  noteCommitted(offsets: readonly AcknowledgedOffset[]): void {
    for (const at of offsets) {
      const seen = this.#acknowledged.of(at);
      // An operator went back to have it all again: what was done before says nothing any more.
      const isBack = seen?.offset !== undefined && at.offset < seen.offset;
      const deadToMs = isBack ? this.#options.wallMs() : seen?.deadToMs;
      this.#note({ ...placeOf(at), offset: at.offset, deadToMs });
    }
  }

  /** The index as of now: with it on disk, everything durable so far may be removed. */
  toIndex(): string {
    const recovered = [...this.#entries.places()].map((place) => ({
      ...place,
      map: this.#entries.mapOf(place, 0),
    }));
    const held = this.#held.map((one) => ({ ...placeOf(one), map: one.toMap() }));
    const places = [...recovered, ...held].flatMap((one): IndexedPlace[] => {
      const { map } = one;
      const isEmpty = map === undefined || map.offsets.length + map.tries.length === 0;
      return isEmpty ? [] : [{ ...one, map }];
    });
    return writeIndex({ writtenAtMs: this.#options.wallMs(), places });
  }

  /** What is to be written of acknowledged offsets; `undefined` where that is written. */
  nextNote(): { readonly slot: number; readonly text: string } | undefined {
    if (!this.#hasNews) return undefined;
    this.#hasNews = false;
    return this.#acknowledged.next();
  }

  /** What events say, and calls that were begun and never told of. */
  #mapOf(place: OffsetMapPlace, base: number): OffsetMap | undefined {
    const told = this.#entries.mapOf(place, base);
    const map = told ?? { base, offsets: [], fingerprints: [], tries: [] };
    const known = this.#begun.addTo(map, place, (offset) =>
      Math.max(this.#entries.endedAtMs(place, offset) ?? -Infinity, this.#deadToMs(place)),
    );
    return known.tries.length === 0 ? told : known;
  }

  #takeDone(done: DoneRecord): void {
    const seen = this.#acknowledged.of(done.place, done.name);
    if (seen !== undefined) {
      if (done.offset < (seen.offset ?? 0)) return;
      if (done.endedAtMs <= (seen.deadToMs ?? -Infinity)) return;
    }
    this.#entries.addDone(done);
  }

  #takeIndexed(indexed: IndexedPlace, writtenAtMs: number): void {
    if (writtenAtMs <= this.#deadToMs(indexed)) return;
    this.#entries.addMap({ place: indexed, map: indexed.map });
  }

  #isOver(place: OffsetMapPlace, offset: number): boolean {
    return offset < (this.#acknowledged.of(place)?.offset ?? 0);
  }

  #deadToMs(place: OffsetMapPlace): number {
    return this.#acknowledged.of(place)?.deadToMs ?? -Infinity;
  }

  #note(seen: Parameters<Acknowledged['set']>[0]): void {
    this.#acknowledged.set(seen);
    if (this.#hasNews) return;
    this.#hasNews = true;
    this.onNews();
  }
}

function placeOf({ cluster, group, topic, partition }: OffsetMapPlace): OffsetMapPlace {
  return { cluster, group, topic, partition };
}
