import type { OffsetMap, OffsetMapPlace, TriesOfRecord } from '@netscope/domain';

import type { SpoolFiles } from '../spool/spool-files.ts';
import { readSummed, summedLine } from '../spool/summed-text.ts';
import { placeName } from './place-name.ts';

/** Past so many bytes the file is written anew, with what is open alone. */
const REWRITE_BYTES = 1024 * 1024;

/** One call that was begun, and whose event is not known to be durable. */
interface BegunCall {
  /** Distinct for each call; counts up over the lives of the file. */
  readonly id: number;
  readonly place: OffsetMapPlace;
  /** What is to be known of its record should the process end in it; begun at `lastTryAtMs`. */
  readonly spent: TriesOfRecord;
}

type Entry = BegunCall | { readonly id: number; readonly ended: true };

/**
 * Calls that must not be made twice, each written down before it begins and crossed out when its
 * event is durable. Not synced: it outlives the process, by any signal, and not the machine.
 */
export class BegunCalls {
  readonly #path: string;
  readonly #files: SpoolFiles;
  readonly #open = new Map<number, BegunCall>();
  readonly #idByRecord = new Map<string, number>();
  #lastId = 0;
  #fd: number | undefined;
  #bytes = 0;

  /** Reads what a former life left, unless `isOurs` is false. */
  constructor(path: string, files: SpoolFiles, isOurs: boolean) {
    this.#path = path;
    this.#files = files;
    if (!isOurs || files.size(path) === undefined) return;
    for (const line of files.read(path).toString('utf8').split('\n')) {
      const text = readSummed(line);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own text, by its checksum
      if (text !== undefined) this.#take(JSON.parse(text) as Entry);
    }
  }

  /** False where it cannot be written down, and so must not begin. */
  begin(place: OffsetMapPlace, spent: TriesOfRecord): boolean {
    const { cluster, group, topic, partition } = place;
    const id = this.#lastId + 1;
    const call = { id, place: { cluster, group, topic, partition }, spent };
    try {
      if (this.#fd === undefined || this.#bytes > REWRITE_BYTES) this.#rewrite();
      this.#append(call);
    } catch {
      return false;
    }
    this.#take(call);
    return true;
  }

  /** Its event is durable; does nothing for one that was not begun. */
  end(place: OffsetMapPlace, offset: number): void {
    const id = this.#idByRecord.get(recordName(place, offset));
    if (id === undefined) return;
    const entry = { id, ended: true } as const;
    this.#take(entry);
    try {
      if (this.#fd === undefined) this.#rewrite();
      else this.#append(entry);
    } catch {
      // It stays open in the file, and the event says more than it.
    }
  }

  /** What is said of others ends. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const { place, spent } of this.#open.values()) {
      if (!names.has(placeName(place))) this.end(place, spent.offset);
    }
  }

  /** Adds the open calls from `map.base` on; one that began no later than `endedAtMs` was told of. */
  addTo(map: OffsetMap, place: OffsetMapPlace, endedAtMs: (offset: number) => number): OffsetMap {
    const name = placeName(place);
    const done = new Set(map.offsets);
    const begun = [...this.#open.values()]
      .filter((call) => placeName(call.place) === name)
      .map(({ spent }) => spent)
      .filter(({ offset, lastTryAtMs }) => {
        const isKnown = done.has(offset) || endedAtMs(offset) >= lastTryAtMs;
        return offset >= map.base && !isKnown;
      });
    if (begun.length === 0) return map;
    const tries = new Map([...map.tries, ...begun].map((one) => [one.offset, one]));
    return { ...map, tries: [...tries.values()].toSorted((a, b) => a.offset - b.offset) };
  }

  #take(entry: Entry): void {
    this.#lastId = Math.max(this.#lastId, entry.id);
    if ('ended' in entry) {
      const call = this.#open.get(entry.id);
      if (call !== undefined) this.#idByRecord.delete(recordName(call.place, call.spent.offset));
      this.#open.delete(entry.id);
      return;
    }
    const name = recordName(entry.place, entry.spent.offset);
    // A later call of the same record is the one that counts.
    const before = this.#idByRecord.get(name);
    if (before !== undefined) this.#open.delete(before);
    this.#idByRecord.set(name, entry.id);
    this.#open.set(entry.id, entry);
  }

  #append(entry: Entry): void {
    if (this.#fd === undefined) return;
    const bytes = lineOf(entry);
    this.#files.write(this.#fd, bytes, { length: bytes.length, position: this.#bytes });
    this.#bytes += bytes.length;
  }

  #rewrite(): void {
    const bytes = Buffer.concat([...this.#open.values()].map(lineOf));
    this.#files.replace(this.#path, bytes);
    if (this.#fd !== undefined) this.#files.close(this.#fd);
    this.#fd = undefined;
    this.#fd = this.#files.openForWrite(this.#path);
    this.#bytes = bytes.length;
  }
}

function lineOf(entry: Entry): Buffer {
  return Buffer.from(summedLine(JSON.stringify(entry)));
}

function recordName(place: OffsetMapPlace, offset: number): string {
  return `${offset} ${placeName(place)}`;
}
