import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';

import { sampleCall, sampleTimeout } from '@netscope/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../../src/index.ts';
import {
  type EventFilter,
  type SearchTally,
  type TimeRange,
  TrailSearch,
} from '../../src/reader.ts';
import { StoredTrail } from '../integrity/stored-trail.ts';
import { openSink, TestDirectory } from '../sink-fixture.ts';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.UTC(2026, 10, 21, 12);
const TRACES = ['a', 'b', 'c'].map((digit) => digit.repeat(32));
const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);
const { signal } = new AbortController();

beforeAll(async () => {
  await write('north', ['orders', 'refunds']);
  await write('south', ['orders']);
  trail.keep(['north', 'south']);
}, 60_000);

afterAll(() => directory[Symbol.dispose]());

beforeEach(() => trail.restore());

describe('a search of a stored trail', () => {
  it('gives every event once, as it was written, in the order of keys', async () => {
    const { lines, tally, refused } = await search({});
    const integrity = lines.map((line) => JSON.parse(line).integrity);
    expect(integrity.map(({ node, seq }) => `${node} ${seq}`)).toEqual([
      'north 1',
      'north 2',
      'south 1',
      'north 3',
      'north 4',
      'south 2',
      'north 5',
      'north 6',
      'south 3',
    ]);
    expect(refused).toEqual([]);
    expect(tally).toMatchObject({ events: 9, refused: 0, skippedByKey: 0, skippedByMetadata: 0 });
  });

  it.each([
    [{ traceId: TRACES[1] }, 3],
    [{ traceId: TRACES[1], routeGroup: 'refunds' }, 1],
    [{ routeGroup: 'refunds' }, 3],
    [{ outcome: 'timed_out' }, 3],
    [{ status: 200 }, 6],
    [{ status: 503 }, 0],
    [{ idempotencyKey: 'nothing "like" this' }, 0],
    [{ traceId: 'f'.repeat(32) }, 0],
  ] satisfies [EventFilter, number][])('for %j finds %d', async (filter, count) => {
    const { lines, tally } = await search({ filter });
    expect(lines).toHaveLength(count);
    expect(tally.events).toBe(count);
  });

  it('finds a request by its id, and what was sent with its key', async () => {
    const { lines } = await search({ filter: { traceId: TRACES[2] } });
    const { request_id: requestId, idempotency_key: idempotencyKey } = JSON.parse(lines[0] ?? '');
    const found = await search({ filter: { requestId } });
    expect(found.lines).toContain(lines[0]);
    expect((await search({ filter: { idempotencyKey } })).lines).toContain(lines[0]);
  });

  it('does not fetch objects of other hours, services and route groups, and counts them', async () => {
    const second = { fromMs: NOON_MS + HOUR_MS, toMs: NOON_MS + 2 * HOUR_MS };
    expect((await search({ range: second })).tally).toMatchObject({
      listed: 2,
      read: 2,
      events: 3,
    });
    const other = await search({ service: 'elsewhere' });
    expect(other.tally).toMatchObject({ listed: 6, skippedByKey: 6, read: 0, events: 0 });
    const refunds = await search({ filter: { routeGroup: 'refunds' } });
    expect(refunds.tally).toMatchObject({ listed: 6, skippedByMetadata: 3, read: 3, events: 3 });
  });

  it('takes a range to the millisecond, its end not included', async () => {
    const range = { fromMs: NOON_MS + 1, toMs: NOON_MS + HOUR_MS + 1 };
    const { lines } = await search({ range });
    expect(lines.map((line) => JSON.parse(line).timestamp)).toEqual([
      '2026-11-21T12:00:00.001Z',
      '2026-11-21T13:00:00.000Z',
      '2026-11-21T13:00:00.000Z',
    ]);
  });

  it('lists the objects without reading them', async () => {
    const found = new TrailSearch(
      { range: OPEN, service: undefined, filter: { routeGroup: 'refunds' } },
      { store: new DirectoryObjectStore(trail.store), ...silent },
    );
    const objects = await Array.fromAsync(found.objects(signal));
    expect(objects.map(({ place, version }) => [place.node, version.bytes])).toEqual(
      [1, 2, 3].map(() => ['north', expect.any(Number)]),
    );
    expect(found.tally).toMatchObject({ listed: 6, skippedByMetadata: 3, read: 0 });
  });

  it.each([
    [{ traceId: TRACES[1] }, ['north 3', 'south 2'], 6],
    [{ outcome: 'timed_out' }, ['north 1', 'north 3', 'north 5'], 6],
    [{ status: 200, routeGroup: 'refunds' }, [], 3],
  ] satisfies [EventFilter, string[], number][])(
    'lists, for %j, the objects that hold such an event, which it looks for inside',
    async (filter, expected, read) => {
      const refused: string[] = [];
      const found = new TrailSearch(
        { range: OPEN, service: undefined, filter },
        {
          store: new DirectoryObjectStore(trail.store),
          onRefused: (place) => void refused.push(place),
          onProgress: () => undefined,
        },
      );
      const objects = await Array.fromAsync(found.objects(signal));
      const places = objects.map(({ place }) => `${place.node} ${place.firstSeq}`);
      expect(places.toSorted()).toEqual(expected);
      expect(found.tally).toMatchObject({ read, refused: 0 });
      expect(refused).toEqual([]);
    },
  );
});

describe('what is not a trail is refused, named, and the rest is read', () => {
  const first = 'audit/v1/dt=2026-11-21/hour=12/service=netscope';

  it('an object that is none of ours', async () => {
    trail.write(`${first}/notes.txt`, Buffer.from('hello'));
    expect(await refusals()).toEqual([`${first}/notes.txt: no node writes a key like this`]);
  });

  it('an object that is no zstd frame, and one that is cut', async () => {
    const [key = '', next = ''] = segments();
    trail.write(key, Buffer.from('hello'));
    trail.write(next, trail.original(next).subarray(0, 40));
    expect(await refusals()).toEqual([
      expect.stringContaining(`${key}: it is not one zstd frame`),
      expect.stringContaining(`${next}: it is not one zstd frame`),
    ]);
  });

  it('a bomb, which is not unpacked past what a segment may hold', async () => {
    const [key = ''] = segments();
    trail.write(key, zstdCompressSync(Buffer.alloc(300 * 1024 * 1024)));
    expect(await refusals()).toEqual([
      expect.stringContaining(`${key}: it unpacks to more than 268435456 bytes`),
    ]);
  });

  it('an object of 2 GiB, which is not fetched', async () => {
    const [key = ''] = segments();
    truncateSync(join(trail.store, key), 2 ** 31);
    expect(await refusals()).toEqual([`${key}: it has 2147483648 bytes, which no segment has`]);
  });

  it('a line that is not JSON, one of a newer version, and one without an end', async () => {
    const [key = ''] = segments();
    const text = 'oops\n{"event_version":"9.0"}\n{"event_version":"1.0","event_type":"x"}\n{"half"';
    trail.write(key, zstdCompressSync(Buffer.from(text)));
    const { lines, tally } = await search({});
    expect(lines).toContain('{"event_version":"1.0","event_type":"x"}');
    expect(tally.refused).toBe(3);
    expect(await refusals()).toEqual([
      `${key} line 1: it is not a JSON object`,
      expect.stringContaining(`${key} line 2: its event_version is 9.0`),
      `${key} line 4: it has no newline`,
    ]);
  });

  it('a folder that is not there', async () => {
    const gone = new TrailSearch(
      { range: OPEN, service: undefined, filter: {} },
      { store: new DirectoryObjectStore('/nowhere/at/all'), ...silent },
    );
    await expect(Array.fromAsync(gone.events(signal))).rejects.toThrow(
      'there is no folder /nowhere/at/all',
    );
  });
});

const OPEN: TimeRange = { fromMs: undefined, toMs: undefined };
const silent = { onRefused: () => undefined, onProgress: () => undefined };

interface Found {
  readonly lines: readonly string[];
  readonly tally: SearchTally;
  readonly refused: readonly string[];
}

async function search(query: {
  readonly range?: TimeRange;
  readonly service?: string;
  readonly filter?: EventFilter;
}): Promise<Found> {
  const refused: string[] = [];
  const found = new TrailSearch(
    { range: OPEN, service: undefined, filter: {}, ...query },
    {
      store: new DirectoryObjectStore(trail.store),
      onRefused: (place, reason) => void refused.push(`${place}: ${reason}`),
      onProgress: () => undefined,
    },
  );
  const lines: string[] = [];
  for await (const { line } of found.events(signal)) lines.push(line.toString('utf8'));
  return { lines, tally: found.tally, refused };
}

async function refusals(): Promise<readonly string[]> {
  return (await search({})).refused;
}

function segments(): readonly string[] {
  return trail.keysOfObjects.filter((key) => key.endsWith('.jsonl.zst'));
}

/** Three hours of a node, each of a trace: a call of each group; `refunds` run out of time. */
async function write(node: string, groups: readonly string[]): Promise<void> {
  const { sink } = await openSink({
    dataDir: join(directory.path, node),
    node,
    store: new DirectoryObjectStore(trail.store),
  });
  for (const [hour, traceId] of TRACES.entries()) {
    for (const [index, routeGroup] of groups.entries()) {
      const timestampMs = NOON_MS + hour * HOUR_MS + index;
      const sample = { timestampMs, traceId, routeGroup, offset: hour };
      sink.reserve();
      const call = routeGroup === 'refunds' ? sampleTimeout(sample) : sampleCall(sample);
      await sink.append({ kind: 'call', call });
    }
  }
  await sink.close(10_000);
}
