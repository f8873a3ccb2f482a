import { describe, expect, it } from 'vitest';

import { flawIn } from '../trail.ts';
import { KeptObjects, SpoolLife } from './spool-life.ts';
import { VolatileDisk } from './volatile-disk.ts';

type Content = Map<string, Buffer | undefined>;

const SPOOL = '/data/spool/';
const EVENTS = 24;

/** A spool as `kill -9` left it, with a file of every kind, and a store with what was shipped. */
function spoolOfEveryKind() {
  const disk = new VolatileDisk();
  const store = new KeptObjects();
  const life = new SpoolLife(disk.files, store, 1);
  life.fill();
  for (let group = 0; group < 6; group += 1) {
    life.append([0, 1, 2, 3].map((index) => `event-${group * 4 + index}`));
    if (group < 4) life.seal();
  }
  for (let segment = 0; segment < 3; segment += 1) life.compress();
  life.ship();
  life.sign();
  // These are written by the main thread, without a sync.
  life.note();
  life.noteUntold();
  return { content: disk.content, shipped: store };
}

const { content: whole, shipped } = spoolOfEveryKind();
const paths = [...whole.keys()].filter((path) => path.startsWith(SPOOL)).toSorted();
const segments = paths.filter((path) => path.includes('/segments/'));

describe('a spool of which one file was changed', () => {
  it('has a file of every kind', () => {
    const kinds = paths.map((path) =>
      path.slice(SPOOL.length).replace(/\d{12}[0-9a-f]{4}-\d{10,12}/, '*'),
    );
    expect([...new Set(kinds)].toSorted()).toEqual([
      'acknowledged.0',
      'acknowledged.1',
      'ballast',
      'begun.jsonl',
      'digests/*.json',
      'dropped',
      'epoch.json',
      'head',
      'journal.json',
      'last-digest.copy.json',
      'last-digest.json',
      'segments/*.jsonl',
      'segments/*.jsonl.zst',
      'segments/*.manifest.json',
      'shipped.jsonl',
    ]);
  });

  it.each(paths)('keeps every event, or sets it aside by name, with bits flipped: %s', (path) => {
    for (const at of places(path)) {
      const content: Content = new Map(whole);
      const bytes = Buffer.from(whole.get(path) ?? '');
      bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
      content.set(path, bytes);
      expect(flawAfter(content), `byte ${at}`).toBeUndefined();
    }
  });

  it.each(paths)('keeps every event, or sets it aside by name, with an unreadable %s', (path) => {
    const content: Content = new Map(whole);
    expect(flawAfter(content.set(path, undefined))).toBeUndefined();
  });

  it.each(paths)('keeps every event, or tells which are missing, with a cut %s', (path) => {
    const bytes = whole.get(path) ?? Buffer.alloc(0);
    for (const end of [0, 1, bytes.length >> 1, bytes.indexOf('\n') + 1, bytes.length - 1]) {
      expect(flawAfter(new Map(whole).set(path, bytes.subarray(0, end))), `at ${end}`).toBe(
        undefined,
      );
    }
  });

  it.each(paths)('keeps every event, or tells which are missing, without %s', (path) => {
    const content = new Map(whole);
    content.delete(path);
    expect(flawAfter(content)).toBeUndefined();
  });

  it.each(paths)('keeps every event, or sets it aside by name, with %s twice in itself', (path) => {
    const bytes = whole.get(path) ?? Buffer.alloc(0);
    expect(flawAfter(new Map(whole).set(path, Buffer.concat([bytes, bytes])))).toBeUndefined();
  });

  it.each(segments)('keeps every event once with a copy of %s under another number', (path) => {
    for (const number of ['0000000000', '0000000099']) {
      const content: Content = new Map(whole);
      const copy = path.replace(/-\d{10}\./, `-${number}.`);
      expect(flawAfter(content.set(copy, whole.get(path)))).toBeUndefined();
    }
  });
});

/** Some bytes of every class: ends, structure, numbers, and others spread over the file. */
function places(path: string): readonly number[] {
  const { length } = whole.get(path) ?? [];
  if (length === undefined || path.endsWith('ballast')) return [0];
  const spread = Array.from({ length: 40 }, (_, step) => Math.floor((step * length) / 40));
  return [...new Set([...spread, ...[1, 2, 3, 9, 17, 18].filter((at) => at < length), length - 1])];
}

/** What is wrong once the spool was opened and drained twice; `undefined` where nothing is. */
function flawAfter(content: Content): string | undefined {
  const store = shipped.copy();
  const disk = VolatileDisk.holding(content);
  const life = new SpoolLife(disk.files, store, 2);
  life.finish();
  const { quarantined, missing } = life.opened.recovered;
  const again = new SpoolLife(disk.files, store, 3);
  again.finish();
  const aside = disk.files.list('/data/spool/quarantine');
  // An object and its manifest are one segment.
  const named = new Set(aside.map((file) => file.replace(/\.(jsonl\.zst|manifest\.json)$/, '')));
  if (named.size > quarantined.length + life.quarantined) return 'not all of it was counted';
  for (const { file } of quarantined) if (!aside.includes(file)) return `${file} is not there`;
  const ids = store.lines.map((line) => line.requestId);
  if (ids.length !== new Set(ids).size) return 'an event is there twice';
  const lost = Array.from({ length: EVENTS }, (_, index) => `event-${index}`).filter(
    (id) => !ids.includes(id),
  );
  if (lost.length === 0) return flawIn(store.lines);
  const told = missing.reduce((sum, range) => sum + range.lastSeq - range.firstSeq + 1, 0);
  const kept = aside.filter((file) => /\.(jsonl|zst)/.test(file));
  if (kept.length === 0 && told < lost.length) return `${lost.join(', ')}: nothing tells of it`;
  return undefined;
}
