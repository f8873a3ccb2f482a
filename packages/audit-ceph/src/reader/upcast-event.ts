import { exactNumber } from '@netscope/domain/plain';

import type { TrailEvent } from './event-filter.ts';

/** Turns an event of one major version into one of the next, losing nothing. */
export type Upcaster = (event: TrailEvent) => TrailEvent;

/** A line as it reads now, or why it cannot be read. */
export type Reading = { readonly event: TrailEvent } | { readonly refused: string };

/** What events are read as. */
const CURRENT_MAJOR = 1;
const REDACTED = ',"redacted":';
/** By the major version that they read; each leads to the next. Today's is the first. */
const UPCASTERS: ReadonlyMap<number, Upcaster> = new Map();

/**
 * Makes a reader of lines of every major version up to `current`. A newer minor version has more
 * fields, which are kept; a newer major version is refused, because its fields may mean something
 * else. `upcasters` are by the major version that they read.
 */
export function eventReader(
  current: number,
  upcasters: ReadonlyMap<number, Upcaster>,
): (line: string) => Reading {
  const oldest = Math.min(current, ...upcasters.keys());
  return (line) => {
    const event = parse(line);
    if (event === undefined) return { refused: 'it is not a JSON object' };
    const major = majorOf(event['event_version']);
    if (major === undefined) return { refused: 'it has no event_version of the form 1.0' };
    if (major >= oldest && major <= current) return upcast(event, { major, current, upcasters });
    const version = String(event['event_version']);
    return {
      refused: `its event_version is ${version} and this release reads ${oldest}.x to ${current}.x; ${major > current ? 'a newer netscope reads it' : 'no netscope wrote that'}`,
    };
  };
}

/** Reads a line of any version ever written as one of today's. */
export const readEvent: (line: string) => Reading = eventReader(CURRENT_MAJOR, UPCASTERS);

function majorOf(version: unknown): number | undefined {
  const [, digits] = /^(\d{1,6})\.\d{1,6}$/.exec(typeof version === 'string' ? version : '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function upcast(
  event: TrailEvent,
  versions: {
    readonly major: number;
    readonly current: number;
    readonly upcasters: ReadonlyMap<number, Upcaster>;
  },
): Reading {
  let reading = event;
  for (let from = versions.major; from < versions.current; from += 1) {
    const step = versions.upcasters.get(from);
    if (step === undefined) return { refused: `no upcaster reads event_version ${from}.x` };
    reading = step(reading);
  }
  return { event: reading };
}

function parse(line: string): TrailEvent | undefined {
  try {
    // Only there are numbers that somebody else wrote.
    return fieldsOf(line.includes(REDACTED) ? JSON.parse(line, exactNumber) : JSON.parse(line));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): TrailEvent | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has unknown fields
  return value as TrailEvent;
}
