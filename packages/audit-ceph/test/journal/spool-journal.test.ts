import { hash } from 'node:crypto';

import {
  encodeAuditEvent,
  isoTimestamp,
  type OffsetMap,
  type OffsetMapPlace,
  recordFingerprint,
} from '@netscope/domain';
import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { SpoolJournal } from '../../src/journal/spool-journal.ts';
import { LineText } from '../../src/spool/line-text.ts';
import { SpoolPaths } from '../../src/spool/segment.ts';
import { MemoryFiles } from '../memory-files.ts';

const paths = new SpoolPaths('/data');
const place: OffsetMapPlace = { cluster: 'c-1', group: 'g', topic: 'orders', partition: 3 };
const KEY = hash('sha256', 'key');
const STAMPED_MS = 1_770_000_000_000;

interface Told {
  readonly type: string;
  readonly offset: number;
  readonly tries?: number;
  readonly status?: number;
  readonly atMs?: number;
  readonly topic?: string;
  readonly outcome?: string;
}

function line({ type, offset, tries = 1, status, atMs = 5000, topic, outcome }: Told): Buffer {
  const source = { ...place, topic: topic ?? place.topic };
  return Buffer.from(
    JSON.stringify({
      event_type: type,
      timestamp: isoTimestamp(atMs),
      outcome,
      source: {
        kind: 'kafka',
        ...source,
        offset: String(offset),
        key_sha256: KEY,
        timestamp: isoTimestamp(STAMPED_MS + offset),
      },
      upstream: { name: 'partner', status_code: status, latency_ms: 100 },
      resilience: { tries },
      network: { bytes_sent: 10 },
    }),
  );
}

class World {
  readonly files = new MemoryFiles();
  nowMs = 10_000;

  open(instanceId = 'here'): SpoolJournal {
    const wallMs = () => this.nowMs;
    return new SpoolJournal({ paths, files: this.files, instanceId, wallMs });
  }

  /** What the keeper does. */
  write(journal: SpoolJournal): void {
    const note = journal.nextNote();
    const path = paths.acknowledged[note?.slot === 0 ? 0 : 1];
    if (note !== undefined) this.files.replace(path, Buffer.from(note.text));
  }

  seal(journal: SpoolJournal): void {
    this.files.replace(paths.journal, Buffer.from(journal.toIndex()));
  }
}

function take(journal: SpoolJournal, bytes: Buffer): void {
  const lines = new LineText(Buffer.concat([bytes, Buffer.from('\n')]));
  if (lines.moveTo(0)) journal.takeLine(lines);
}

function held(map: Partial<OffsetMap>, at = place) {
  const whole = { base: 0, offsets: [], fingerprints: [], tries: [], ...map };
  return { ...at, toMap: () => whole };
}

function offsetsOf(journal: SpoolJournal, committed = 0, at = place): readonly number[] | string {
  const recalled = journal.recall(at, committed);
  return recalled?.kind === 'map' ? recalled.map.offsets : (recalled?.kind ?? 'nothing');
}

describe('The journal', () => {
  it('knows what completed or was parked, by record, from lines that were not sealed', () => {
    const journal = new World().open();
    take(journal, line({ type: 'request.completed', offset: 7, status: 200 }));
    take(journal, line({ type: 'request.quarantined', offset: 5 }));
    take(journal, line({ type: 'request.completed', offset: 2, topic: 'others' }));
    const recalled = journal.recall(place, 0);
    expect(recalled).toMatchObject({ kind: 'map', map: { offsets: [5, 7], tries: [] } });
    const fingerprints = [5, 7].map((offset) => recordFingerprint(STAMPED_MS + offset, KEY));
    expect(recalled).toMatchObject({ map: { fingerprints } });
    expect(offsetsOf(journal, 6)).toEqual([7]);
    expect(offsetsOf(journal, 8)).toBe('nothing');
    expect(offsetsOf(journal, 0, { ...place, cluster: 'c-2' })).toBe('nothing');
  });

  it('reads the events that the gateway really writes', () => {
    const journal = new World().open();
    const call = sampleCall();
    take(
      journal,
      Buffer.from(`${encodeAuditEvent({ kind: 'call', call }, Buffer).writtenText()}}`),
    );
    const { source } = call.context;
    expect(offsetsOf(journal, 0, source)).toEqual([source.offset]);
  });

  it('takes no call that spent no try for the last one', () => {
    const journal = new World().open();
    const failed = { type: 'request.failed', offset: 1, status: 500 };
    take(journal, line({ ...failed, tries: 1, atMs: 1000 }));
    take(journal, line({ ...failed, tries: 2, atMs: 3000 }));
    take(journal, line({ ...failed, tries: 2, atMs: 9000 }));
    const spent = { offset: 1, tries: 2, firstTryAtMs: 900, lastTryAtMs: 3000 };
    expect(journal.recall(place, 0)).toMatchObject({ map: { tries: [spent] } });
  });

  it('counts a failed call as a try, and keeps the time of the first', () => {
    const journal = new World().open();
    take(journal, line({ type: 'request.failed', offset: 1, tries: 1, status: 503, atMs: 1000 }));
    take(journal, line({ type: 'request.failed', offset: 1, tries: 2, status: 500, atMs: 9000 }));
    take(journal, line({ type: 'request.failed', offset: 2, outcome: 'timed_out' }));
    take(journal, line({ type: 'request.failed', offset: 3, outcome: 'aborted', tries: 0 }));
    const recalled = journal.recall(place, 0);
    const spent = { tries: 2, status: 500, firstTryAtMs: 900, lastTryAtMs: 9000 };
    expect(recalled).toMatchObject({
      map: {
        offsets: [],
        tries: [
          { offset: 1, ...spent, bytesLeft: false },
          { offset: 2, tries: 1, status: undefined, bytesLeft: true },
          { offset: 3, tries: 0, bytesLeft: false },
        ],
      },
    });
  });

  it('counts a call that spent no try, as a probe does not, as none, and not as the last', () => {
    const journal = new World().open();
    take(journal, line({ type: 'request.failed', offset: 1, tries: 2, status: 500, atMs: 3000 }));
    take(journal, line({ type: 'request.failed', offset: 1, tries: 2, status: 502, atMs: 9000 }));
    const spent = { tries: 2, status: 502, firstTryAtMs: 2900, lastTryAtMs: 3000 };
    expect(journal.recall(place, 0)).toMatchObject({ map: { tries: [{ offset: 1, ...spent }] } });
  });

  it('takes nothing back of what was delivered', () => {
    const journal = new World().open();
    take(journal, line({ type: 'request.completed', offset: 1 }));
    take(journal, line({ type: 'request.failed', offset: 1 }));
    expect(offsetsOf(journal)).toEqual([1]);
  });

  it('keeps over a seal what is not committed, also of partitions not assigned yet', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({ offsets: [3], fingerprints: [9] })]);
    world.seal(first);
    const second = world.open();
    take(second, line({ type: 'request.completed', offset: 4 }));
    world.seal(second);
    expect(offsetsOf(world.open())).toEqual([3, 4]);
  });

  it('ends with the commit', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({})]);
    first.noteCommitted([{ ...place, offset: 6 }]);
    world.write(first);
    const second = world.open();
    take(second, line({ type: 'request.completed', offset: 5 }));
    take(second, line({ type: 'request.completed', offset: 6 }));
    expect(offsetsOf(second, 6)).toEqual([6]);
  });

  it('ends where the partition is not assigned after a start', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({})]);
    world.write(first);
    world.nowMs = 20_000;
    const second = world.open();
    take(second, line({ type: 'request.completed', offset: 5, atMs: 15_000 }));
    second.hold([held({}, { ...place, partition: 0 })]);
    world.write(second);
    const third = world.open();
    take(third, line({ type: 'request.completed', offset: 5, atMs: 15_000 }));
    take(third, line({ type: 'request.completed', offset: 8, atMs: 25_000 }));
    expect(offsetsOf(third)).toEqual([8]);
  });

  it('is ignored where the group was reset, then and at every later start', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({ offsets: [120], fingerprints: [1] })]);
    first.noteCommitted([{ ...place, offset: 100 }]);
    world.write(first);
    world.seal(first);
    world.nowMs = 20_000;
    const second = world.open();
    expect(second.recall(place, 50)).toEqual({ kind: 'reset', acknowledged: 100 });
    second.hold([held({})]);
    world.write(second);
    const third = world.open();
    take(third, line({ type: 'request.completed', offset: 110, atMs: 15_000 }));
    expect(offsetsOf(third, 50)).toBe('nothing');
  });

  it('ends where an operator goes back: what is done after counts alone', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({})]);
    first.noteCommitted([{ ...place, offset: 100 }]);
    world.nowMs = 20_000;
    first.noteCommitted([{ ...place, offset: 50 }]);
    world.write(first);
    const second = world.open();
    take(second, line({ type: 'request.completed', offset: 110, atMs: 15_000 }));
    take(second, line({ type: 'request.completed', offset: 51, atMs: 25_000 }));
    expect(offsetsOf(second, 50)).toEqual([51]);
  });

  it('says nothing in a copy of its directory', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({ offsets: [3], fingerprints: [9] })]);
    world.write(first);
    world.seal(first);
    const copy = world.open('elsewhere');
    take(copy, line({ type: 'request.completed', offset: 5 }));
    expect(offsetsOf(copy)).toBe('nothing');
  });

  it('outlives a torn note: the one before still counts', () => {
    const world = new World();
    const first = world.open();
    first.hold([held({})]);
    world.write(first);
    first.noteCommitted([{ ...place, offset: 5 }]);
    world.write(first);
    first.noteCommitted([{ ...place, offset: 7 }]);
    const torn = first.nextNote();
    const path = paths.acknowledged[torn?.slot === 0 ? 0 : 1];
    world.files.replace(path, Buffer.from((torn?.text ?? '').slice(0, 40)));
    expect(world.open().recall(place, 4)).toEqual({ kind: 'reset', acknowledged: 5 });
  });

  it.each(['', 'nonsense', '{"version":2,"writtenAtMs":0,"places":[]}', '{"version":1}', '[]'])(
    'takes an index of %j as none',
    (text) => {
      const world = new World();
      world.files.replace(paths.journal, Buffer.from(text));
      expect(offsetsOf(world.open())).toBe('nothing');
    },
  );
});
