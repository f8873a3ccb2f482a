import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import {
  AUDIT_EVENT_TYPES,
  AUDIT_EVENT_VERSION,
  auditEventJsonSchema,
  auditEventSchema,
} from '@netscope/domain';
import { describe, expect, it } from 'vitest';

import { readEvent } from '../../src/reader/upcast-event.ts';

/** Lines as each version wrote them, never changed: a version that was written is read for ever. */
const GOLDEN = new URL('golden/', import.meta.url);
const FILES = readdirSync(GOLDEN).toSorted();

describe.each(FILES)('the trail of %s', (file) => {
  const lines = linesOf(file);

  it('is read by the newest reader, no field lost', () => {
    for (const line of lines) {
      const reading = readEvent(line);
      if (!('event' in reading)) throw new Error(`${reading.refused}: ${line}`);
      expect(reading.event).toEqual(JSON.parse(line));
      expect(Object.keys(reading.event)).toEqual(Object.keys(JSON.parse(line)));
    }
  });

  it('has lines of its own version alone, each chained to the one before', () => {
    let prev = '0'.repeat(64);
    for (const [index, line] of lines.entries()) {
      const event = JSON.parse(line);
      expect(`events-${event.event_version}.jsonl`).toBe(file);
      expect(event.integrity).toMatchObject({ seq: index + 1, prev });
      prev = hash('sha256', line, 'hex');
    }
  });
});

describe('the version that is written today', () => {
  const lines = linesOf(`events-${AUDIT_EVENT_VERSION}.jsonl`);

  it('takes every line of its golden file', () => {
    for (const line of lines) {
      expect(auditEventSchema.safeParse(JSON.parse(line)).error).toBeUndefined();
    }
  });

  it('has an event of each type in it, and each field of the schema', () => {
    const events = lines.map((line): unknown => JSON.parse(line));
    const types = new Set(lines.map((line): unknown => JSON.parse(line).event_type));
    expect(types).toEqual(new Set(AUDIT_EVENT_TYPES));
    const written = new Set(events.flatMap((event) => fieldPaths(event)));
    // A field that is new makes a new minor version, with a golden file of its own.
    const schema = schemaPaths(auditEventJsonSchema());
    expect(schema.filter((path) => !written.has(path))).toEqual([]);
    expect(schema.length).toBeGreaterThan(100);
  });
});

function linesOf(file: string): readonly string[] {
  const text = readFileSync(new URL(file, GOLDEN), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** The names of every field inside, as in `network.attempts.total_ms`. */
function fieldPaths(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => fieldPaths(item, path));
  if (typeof value !== 'object' || value === null) return [path];
  return [
    path,
    ...Object.entries(value).flatMap(([key, one]) => fieldPaths(one, `${path}.${key}`)),
  ];
}

function schemaPaths(schema: object, path = ''): readonly string[] {
  const { properties = {}, items, anyOf = [] } = Object(schema);
  const inside = Object.entries(properties).flatMap(([key, one]) =>
    schemaPaths(Object(one), `${path}.${key}`),
  );
  const branches = anyOf.flatMap((one: object) => schemaPaths(one, path));
  return [path, ...inside, ...branches, ...(items === undefined ? [] : schemaPaths(items, path))];
}
