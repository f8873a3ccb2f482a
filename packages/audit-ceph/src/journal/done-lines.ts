import { type OffsetMapPlace, recordFingerprint } from '@netscope/domain';

import { type LineText, ownText } from '../spool/line-text.ts';
import { timestampMs } from '../spool/timestamp-ms.ts';
import { placeName } from './place-name.ts';

/** A record that came to its end, as one event says. */
export interface DoneRecord {
  readonly place: OffsetMapPlace;
  /** Of the place. */
  readonly name: string;
  readonly offset: number;
  readonly fingerprint: number;
  /** Wall clock, ms. */
  readonly endedAtMs: number;
}

interface KnownPlace {
  readonly place: OffsetMapPlace;
  readonly name: string;
}

const VERSION = '{"event_version":"1.';
const COMPLETED = '","event_type":"request.completed",';
const QUARANTINED = '","event_type":"request.quarantined",';
const TIMESTAMP = ',"timestamp":"';
const SOURCE = ',"source":';
const OFFSET = '"offset":"';
const KEY_SHA256 = '","key_sha256":"';
const NO_KEY = '"';
const HASH_DIGITS = 64;
/** Those that go into a fingerprint. */
const KEY_DIGITS = 8;
const OFFSET_DIGITS_MAX = 15;
const PLACES_MAX = 65_536;
const ASCII = /^[ -~]*$/;
const ZERO = 0x30;

/**
 * Reads the lines of records that came to an end, which are nearly all, without parsing them: from
 * the places where their writer puts what is asked. What it does not find there it leaves alone.
 */
export class DoneLines {
  /** By the JSON text of a source up to its offset. */
  readonly #places = new Map<string, KnownPlace>();
  readonly #ends = new Timestamps();
  readonly #stamps = new Timestamps();

  /** `undefined` where only parsing can tell what the line says. */
  read(line: LineText): DoneRecord | undefined {
    const { text, start, end } = line;
    if (line.mayHaveHole) return undefined;
    if (!isDone(text, start)) return undefined;
    const timestamp = text.indexOf(TIMESTAMP, start);
    const source = text.indexOf(SOURCE, timestamp) + SOURCE.length;
    const digits = text.indexOf(OFFSET, source) + OFFSET.length;
    // Behind the last of them is more than what `#record` looks at.
    if (timestamp < 0 || source < timestamp || digits < source || digits + 200 > end)
      return undefined;
    const known = this.#placeOf(text.slice(source, digits - OFFSET.length));
    const endedAtMs = this.#ends.at(text, timestamp + TIMESTAMP.length);
    if (known === undefined || endedAtMs === undefined) return undefined;
    return this.#record(text, digits, { ...known, endedAtMs });
  }

  #record(
    text: string,
    digits: number,
    facts: KnownPlace & { readonly endedAtMs: number },
  ): DoneRecord | undefined {
    const digitsEnd = text.indexOf('"', digits);
    const offset = wholeNumber(text, digits, digitsEnd);
    const hasKey = text.startsWith(KEY_SHA256, digitsEnd);
    const key = digitsEnd + KEY_SHA256.length;
    const member = hasKey ? key + HASH_DIGITS + NO_KEY.length : digitsEnd + NO_KEY.length;
    if (offset === undefined || !text.startsWith(TIMESTAMP, member)) return undefined;
    const stampedAtMs = this.#stamps.at(text, member + TIMESTAMP.length);
    if (stampedAtMs === undefined) return undefined;
    const keySha256 = hasKey ? text.slice(key, key + KEY_DIGITS) : undefined;
    return { ...facts, offset, fingerprint: recordFingerprint(stampedAtMs, keySha256) };
  }

  #placeOf(json: string): KnownPlace | undefined {
    const known = this.#places.get(json);
    if (known !== undefined) return known;
    const place = ASCII.test(json) ? parsePlace(json) : undefined;
    if (place === undefined) return undefined;
    if (this.#places.size >= PLACES_MAX) this.#places.clear();
    const made = { place, name: placeName(place) };
    this.#places.set(ownText(json), made);
    return made;
  }
}

/** Of any minor version of one digit: what is newer is parsed. */
function isDone(text: string, start: number): boolean {
  const type = start + VERSION.length + 1;
  const isOurs = text.startsWith(VERSION, start);
  return isOurs && (text.startsWith(COMPLETED, type) || text.startsWith(QUARANTINED, type));
}

const MINUTE_CHARS = '2026-11-21T12:00:'.length;
const TIMESTAMP_CHARS = '2026-11-21T12:00:00.000Z'.length;

/** Reads timestamps in texts, most of which lie in the minute of the one before. */
class Timestamps {
  #minute = '\n';
  #minuteMs = 0;

  /** Ms since the epoch; `undefined` where none of four digits a year stands there. */
  at(text: string, at: number): number | undefined {
    if (text.charCodeAt(at + TIMESTAMP_CHARS) !== 0x22) return undefined;
    if (!text.startsWith(this.#minute, at))
      return this.#learn(text.slice(at, at + TIMESTAMP_CHARS));
    const seconds = wholeNumber(text, at + MINUTE_CHARS, at + MINUTE_CHARS + 2);
    const millis = wholeNumber(text, at + MINUTE_CHARS + 3, at + MINUTE_CHARS + 6);
    if (seconds === undefined || millis === undefined) return undefined;
    return this.#minuteMs + seconds * 1000 + millis;
  }

  #learn(timestamp: string): number | undefined {
    const ms = timestampMs(timestamp);
    const seconds = ms === undefined ? undefined : wholeNumber(timestamp, MINUTE_CHARS, 19);
    if (ms === undefined || seconds === undefined) return undefined;
    this.#minute = ownText(timestamp.slice(0, MINUTE_CHARS));
    this.#minuteMs = ms - seconds * 1000 - Number(timestamp.slice(20, 23));
    return ms;
  }
}

/** `undefined` where anything but digits stands there, or too many. */
function wholeNumber(text: string, start: number, end: number): number | undefined {
  if (end <= start || end - start > OFFSET_DIGITS_MAX) return undefined;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Of a source whose text ends before its offset. */
function parsePlace(json: string): OffsetMapPlace | undefined {
  try {
    const source: unknown = JSON.parse(`${json}"offset":""}`);
    return isPlace(source) ? placeIn(source) : undefined;
  } catch {
    return undefined;
  }
}

function placeIn({ cluster, group, topic, partition }: OffsetMapPlace): OffsetMapPlace {
  return { cluster, group, topic, partition };
}

function isPlace(source: unknown): source is OffsetMapPlace {
  if (typeof source !== 'object' || source === null) return false;
  const { cluster, group, topic, partition }: Partial<Record<keyof OffsetMapPlace, unknown>> =
    source;
  const isNamed = [cluster, group, topic].every((name) => typeof name === 'string');
  return isNamed && typeof partition === 'number';
}
