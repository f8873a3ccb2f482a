import { join } from 'node:path';

import { sampleCall } from '@netscope/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { DirectoryObjectStore } from '../../src/index.ts';
import { type Finding, verifyTrail } from '../../src/reader.ts';
import { openSink, TestDirectory } from '../sink-fixture.ts';
import { StoredTrail } from './stored-trail.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.UTC(2026, 10, 1);
/** Days after the first, in the order of the lives; `set-back` had its clock set in the middle. */
const DAYS = {
  steady: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
  'set-back': [10, 11, 1, 2, 12, 13],
};
const EVENTS = 3;
const directory = new TestDirectory();
const trail = new StoredTrail(directory.path);

beforeAll(async () => {
  const lives = Object.entries(DAYS).map(async ([node, days]) => {
    for (const day of days) await live(node, day);
  });
  await Promise.all(lives);
  trail.keep(Object.keys(DAYS));
}, 120_000);

afterAll(() => directory[Symbol.dispose]());

beforeEach(() => trail.restore());

describe('the check of a range', () => {
  it('reads the digests around it alone', async () => {
    const digests = trail.keysOfObjects.filter((key) => key.includes('/digests/node=steady/'));
    expect(digests).toHaveLength(2 * DAYS.steady.length);
    for (const day of [0, 13]) {
      const { report, findings, read } = await check('steady', day);
      expect(report).toMatchObject({ isSound: true, events: EVENTS });
      expect(findings).toEqual([]);
      const fetched = digests.filter((key) => read.includes(key));
      expect(fetched.length).toBeLessThan(0.65 * digests.length);
    }
  });

  it('is sound on every day, also of a node whose clock was set back', async () => {
    for (const [node, days] of Object.entries(DAYS)) {
      for (const day of days) {
        const { report, findings } = await check(node, day);
        expect(report.isSound, `${node} day ${day}: ${JSON.stringify(findings)}`).toBe(true);
        expect(report.events).toBe(EVENTS);
      }
    }
  });

  it('finds what is missing and what was changed in it, and nothing of what is outside', async () => {
    for (const day of DAYS.steady) {
      const [key = ''] = objectsOf(day);
      trail.remove(key);
      expect((await check('steady', day)).findings).toMatchObject([
        { kind: 'missing', place: key },
      ]);
      trail.write(key, Buffer.from('other'));
      expect((await check('steady', day)).findings).toMatchObject([
        { kind: 'changed', place: key },
      ]);
      trail.restore();
    }
    trail.remove(objectsOf(2)[0] ?? '');
    expect((await check('steady', 10)).report.isSound).toBe(true);
  });

  it('is not led past what is missing by a digest whose time was changed', async () => {
    const digests = trail.keysOfObjects.filter((key) => key.includes('/digests/node=steady/'));
    const middle = digests[digests.length / 2] ?? '';
    trail.write(middle, Buffer.from(trail.original(middle).toString().replace('2026-', '2016-')));
    const [key = ''] = objectsOf(2);
    trail.remove(key);
    const { findings } = await check('steady', 2);
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'missing', place: key }));
  });
});

function objectsOf(day: number): readonly string[] {
  const date = new Date(FIRST_MS + day * DAY_MS).toISOString().slice(0, 10);
  return trail.keysOfObjects.filter(
    (key) => key.includes(`dt=${date}/`) && key.includes('events-steady-'),
  );
}

/** Of one day, with the other node's objects out of the way. */
async function check(node: string, day: number) {
  const others = Object.keys(DAYS).filter((name) => name !== node);
  const findings: Finding[] = [];
  const store = new OneNode(trail.store, others);
  const report = await verifyTrail(
    {
      store,
      range: { fromMs: FIRST_MS + day * DAY_MS, toMs: FIRST_MS + (day + 1) * DAY_MS },
      keys: trail.keys,
      heads: [],
      nowMs: Date.now(),
      onFinding: (finding) => void findings.push(finding),
      onProgress: () => undefined,
    },
    new AbortController().signal,
  );
  return { report, findings, read: store.keysRead };
}

/** Remembers what was read, and hides some nodes. */
class OneNode extends DirectoryObjectStore {
  readonly keysRead: string[] = [];
  readonly #hidden: readonly string[];

  constructor(path: string, hidden: readonly string[]) {
    super(path);
    this.#hidden = hidden;
  }

  override async *versions(...args: Parameters<DirectoryObjectStore['versions']>) {
    for await (const version of super.versions(...args)) {
      const { key } = version;
      const isHidden = this.#hidden.some(
        (node) => key.includes(`node=${node}/`) || key.includes(`events-${node}-`),
      );
      if (!isHidden) yield version;
    }
  }

  override async read(...args: Parameters<DirectoryObjectStore['read']>) {
    this.keysRead.push(args[0].key);
    return super.read(...args);
  }
}

async function live(node: string, day: number): Promise<void> {
  const wallMs = FIRST_MS + day * DAY_MS + DAY_MS / 2;
  const { sink } = await openSink({
    dataDir: join(directory.path, node),
    node,
    store: new DirectoryObjectStore(trail.store),
    clock: { wallMs: () => wallMs, monotonicMs: () => performance.now() },
  });
  for (let offset = 0; offset < EVENTS; offset += 1) {
    sink.reserve();
    await sink.append({ kind: 'call', call: sampleCall({ timestampMs: wallMs, offset }) });
  }
  await sink.close(10_000);
}
