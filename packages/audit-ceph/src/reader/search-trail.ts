import { LockedFields, type LockedKey } from '../encryption/locked-fields.ts';
import { FieldOpener, type Opening } from '../encryption/open-fields.ts';
import { ahead } from '../integrity/verify/read-ahead.ts';
import { EVENTS_PREFIX, keyPart, TRAIL_PREFIX } from '../spool/object-key.ts';
import {
  asksOfEvents,
  type EventFilter,
  matches,
  needleOf,
  openFilter,
  type TrailEvent,
} from './event-filter.ts';
import { hourKeys, type TimeRange, touchesHour } from './time-range.ts';
import { type EventKey, parseEventKey } from './trail-keys.ts';
import { firstWritten, type StoredVersion, type TrailStore, versionsByKey } from './trail-store.ts';
import { LINES_BYTES_MAX, unpackLines } from './unpack-lines.ts';
import { readEvent } from './upcast-event.ts';

const NEWLINE = 0x0a;
/** No text can hold it: its quotes would be escaped. */
const ENCRYPTED = Buffer.from(',"encrypted":{"fields":');

/** What is looked for. */
export interface TrailQuery {
  readonly range: TimeRange;
  readonly service: string | undefined;
  readonly filter: EventFilter;
}

/** One object that may hold what is looked for. */
export interface TrailObject {
  readonly version: StoredVersion;
  readonly place: EventKey;
}

/** What a search came by. Objects of hours out of the range are not listed, and not counted. */
export interface SearchTally {
  /** Objects of the range. */
  listed: number;
  /** Of these, those that were read. */
  read: number;
  /** Of another service, or none that holds an instant of the range, by their key. */
  skippedByKey: number;
  /** Without the route group, by their metadata. */
  skippedByMetadata: number;
  /** Objects and lines that are not NetScope's, or cannot be read. */
  refused: number;
  /** That matched. */
  events: number;
  /** Of these, those whose encrypted fields no key opened. */
  locked: number;
  /** That could match and were left out: what is asked of them is encrypted, and no key opens it. */
  undecided: number;
}

export interface SearchEdges {
  readonly store: TrailStore;
  /** Opens encrypted fields; absent: they stay as they are. */
  readonly opener?: FieldOpener;
  /** Told of each object, and each line, that cannot be used. */
  readonly onRefused: (place: string, reason: string) => void;
  /** Told after each object. */
  readonly onProgress: (tally: Readonly<SearchTally>) => void;
}

/** A line that matched, as it reads now. */
export interface FoundEvent {
  readonly key: string;
  /**
   * As it was written, or, where its encrypted fields were opened, with these in their places. Without
   * its newline; a view that lasts until the next is asked for.
   */
  readonly line: Buffer;
  readonly event: TrailEvent;
}

/**
 * Reads a stored trail: prunes by key and metadata, then looks into what is left. Of a key with more
 * versions the one written first counts, as for `verifyTrail`. Memory holds a few segments.
 */
export class TrailSearch {
  readonly #query: TrailQuery;
  readonly #edges: SearchEdges;
  readonly #needle: Buffer | undefined;
  /** For lines in which the fields that may be encrypted are not found. */
  readonly #openNeedle: Buffer | undefined;
  readonly #opener: FieldOpener;
  readonly #locked = new LockedFields();
  readonly tally: SearchTally = {
    listed: 0,
    read: 0,
    skippedByKey: 0,
    skippedByMetadata: 0,
    refused: 0,
    events: 0,
    locked: 0,
    undecided: 0,
  };

  constructor(query: TrailQuery, edges: SearchEdges) {
    this.#query = query;
    this.#edges = edges;
    this.#needle = needleOf(query.filter);
    this.#openNeedle = needleOf(openFilter(query.filter));
    this.#opener = edges.opener ?? new FieldOpener([]);
  }

  /** The keys that were needed and not at hand. */
  get lockedKeys(): readonly LockedKey[] {
    return this.#locked.keys;
  }

  /**
   * The objects that hold what is looked for, in the order of their keys. They are looked into only
   * where key and metadata cannot tell. @throws {StorageError}
   */
  objects(signal: AbortSignal): AsyncIterable<TrailObject> {
    return asksOfEvents(this.#query.filter) ? this.#holders(signal) : this.#candidates(signal);
  }

  async *#candidates(signal: AbortSignal): AsyncIterable<TrailObject> {
    const looks = ahead(this.#byKey(signal), async (object) => this.#mayHoldGroup(object, signal));
    for await (const { item, result } of looks) {
      if (result) yield item;
      this.#edges.onProgress(this.tally);
    }
  }

  /** The events that match, object by object in the order of their keys. @throws {StorageError} */
  async *events(signal: AbortSignal): AsyncIterable<FoundEvent> {
    const reads = ahead(this.#byKey(signal), async (object) => this.#lines(object, signal));
    for await (const { item, result } of reads) {
      signal.throwIfAborted();
      if (result !== undefined) yield* this.#matching(item.version.key, result);
      this.#edges.onProgress(this.tally);
    }
  }

  async *#holders(signal: AbortSignal): AsyncIterable<TrailObject> {
    const reads = ahead(this.#byKey(signal), async (object) => this.#lines(object, signal));
    for await (const { item, result } of reads) {
      signal.throwIfAborted();
      const before = this.tally.events;
      if (result !== undefined) for (const _ of this.#matching(item.version.key, result));
      if (this.tally.events > before) yield item;
      this.#edges.onProgress(this.tally);
    }
  }

  async *#byKey(signal: AbortSignal): AsyncIterable<TrailObject> {
    const { after, before } = hourKeys(this.#query.range, TRAIL_PREFIX);
    const listing = this.#edges.store.versions({ prefix: EVENTS_PREFIX, after }, signal);
    for await (const versions of versionsByKey(listing)) {
      const version = firstWritten(versions);
      if (version === undefined) continue;
      if (before !== undefined && version.key >= before) return;
      this.tally.listed += 1;
      const place = this.#wanted(version);
      if (place !== undefined) yield { version, place };
    }
  }

  #wanted({ key, bytes }: StoredVersion): EventKey | undefined {
    const place = parseEventKey(key);
    if (place === undefined) return this.#refuse(key, 'no node writes a key like this');
    const { range, service } = this.#query;
    const isOfService = service === undefined || place.service === keyPart(service);
    if (!isOfService || !touchesHour(range, place.hourStartMs)) {
      this.tally.skippedByKey += 1;
      return undefined;
    }
    if (bytes !== undefined && bytes > LINES_BYTES_MAX) {
      return this.#refuse(key, `it has ${bytes} bytes, which no segment has`);
    }
    return place;
  }

  async #mayHoldGroup({ version }: TrailObject, signal: AbortSignal): Promise<boolean> {
    const { routeGroup } = this.#query.filter;
    if (routeGroup === undefined) return true;
    const groups = (await this.#edges.store.metadata(version, signal))?.['route-groups'];
    if (groups === undefined || groups === '*') return true;
    if (groups.split(',').includes(encodeURIComponent(routeGroup))) return true;
    this.tally.skippedByMetadata += 1;
    return false;
  }

  async #lines(object: TrailObject, signal: AbortSignal): Promise<Buffer | undefined> {
    if (!(await this.#mayHoldGroup(object, signal))) return undefined;
    const { version } = object;
    const stored = await this.#edges.store.read(version, signal);
    if (stored === undefined) return this.#refuse(version.key, 'it went away while it was read');
    const unpacked = await unpackLines(stored.body, { bytesMax: LINES_BYTES_MAX });
    if ('flaw' in unpacked) return this.#refuse(version.key, unpacked.flaw);
    this.tally.read += 1;
    return unpacked.lines;
  }

  *#matching(key: string, lines: Buffer): Iterable<FoundEvent> {
    const needle = lines.includes(ENCRYPTED) ? this.#openNeedle : this.#needle;
    for (const { start, end } of candidates(lines, needle)) {
      const line = lines.subarray(start, end);
      const opening = this.#open(line, () => `${key} line ${lineNumber(lines, start)}`);
      if (opening === undefined || !this.#isWanted(opening)) continue;
      this.tally.events += 1;
      const { event, state } = opening;
      yield { key, line: state === 'opened' ? Buffer.from(JSON.stringify(event)) : line, event };
    }
    if (lines.length > 0 && lines.at(-1) !== NEWLINE) {
      this.#refuse(`${key} line ${lineNumber(lines, lines.length)}`, 'it has no newline');
    }
  }

  #open(line: Buffer, place: () => string): Opening | undefined {
    const reading = readEvent(line.toString('utf8'));
    if ('refused' in reading) return this.#refuse(place(), reading.refused);
    const opening = this.#opener.open(reading.event);
    if (opening.state === 'damaged') this.#refuse(place(), opening.reason);
    return opening;
  }

  /** What cannot be decided without a key is counted, never taken for "no". */
  #isWanted(opening: Opening): boolean {
    const { filter, range } = this.#query;
    const isClosed = opening.state === 'locked' || opening.state === 'damaged';
    if (!isClosed) return matches(opening.event, filter, range);
    if (!matches(opening.event, openFilter(filter), range)) return false;
    const isAsked = filter.idempotencyKey !== undefined;
    const isHidden = isAsked && isPrivate(opening.event, 'idempotency_key');
    if (opening.state === 'locked') this.#locked.add(opening);
    if (isHidden) this.tally.undecided += 1;
    if (isHidden || !matches(opening.event, filter, range)) return false;
    if (opening.state === 'locked') this.tally.locked += 1;
    return true;
  }

  #refuse(place: string, reason: string): undefined {
    this.tally.refused += 1;
    this.#edges.onRefused(place, reason);
    return undefined;
  }
}

function isPrivate(event: TrailEvent, field: string): boolean {
  const { encrypted } = event;
  if (typeof encrypted !== 'object' || encrypted === null || !('fields' in encrypted)) return false;
  return Array.isArray(encrypted.fields) && encrypted.fields.includes(field);
}

/** Whole lines; with a needle only those that hold it, found without a look at the others. */
function* candidates(
  lines: Buffer,
  needle: Buffer | undefined,
): Iterable<{ readonly start: number; readonly end: number }> {
  let start = 0;
  for (;;) {
    if (needle !== undefined) {
      const at = lines.indexOf(needle, start);
      if (at < 0) return;
      start = Math.max(start, lines.lastIndexOf(NEWLINE, at) + 1);
    }
    const end = lines.indexOf(NEWLINE, start);
    if (end < 0) return;
    yield { start, end };
    start = end + 1;
  }
}

function lineNumber(lines: Buffer, start: number): number {
  let number = 1;
  for (let at = lines.indexOf(NEWLINE); at >= 0 && at < start; at = lines.indexOf(NEWLINE, at + 1))
    number += 1;
  return number;
}
