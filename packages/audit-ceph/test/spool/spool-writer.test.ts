import { sampleCall } from '@netscope/test-support';
import { describe, expect, it } from 'vitest';

import { fault } from '../memory-files.ts';
import { flawIn, parseLines } from '../trail.ts';
import { EPOCH, WriterFixture } from '../writer-fixture.ts';

const HOUR_MS = 3_600_000;
const FIRST_FILE = `${EPOCH}-0000000001.jsonl`;

describe('SpoolWriter', () => {
  it('tells of a group only after its file is synced', () => {
    const fixture = new WriterFixture();
    void fixture.append(sampleCall());
    fixture.writer.turn();
    const { log } = fixture.files;
    expect(log.indexOf(`write ${FIRST_FILE}`)).toBeLessThan(log.indexOf(`sync ${FIRST_FILE}`));
    expect(log.indexOf(`sync ${FIRST_FILE}`)).toBeLessThan(log.indexOf('post durable'));
    expect(fixture.messages).toMatchObject([{ kind: 'durable', seq: 1 }]);
  });

  it('syncs once for all that came in the meantime', () => {
    const fixture = new WriterFixture();
    for (let index = 0; index < 20; index += 1) void fixture.append(sampleCall());
    fixture.writer.turn();
    expect(fixture.files.log.filter((entry) => entry === `sync ${FIRST_FILE}`)).toHaveLength(1);
    expect(fixture.messages).toMatchObject([{ kind: 'durable', seq: 20 }]);
  });

  it('waits for others to join a group, unless it is told that nobody will', () => {
    const fixture = new WriterFixture();
    void fixture.append(sampleCall());
    fixture.writer.turn();
    expect(fixture.gathered).toBeGreaterThan(0);
    const before = fixture.gathered;
    void fixture.append(sampleCall());
    fixture.intake.endGroup();
    fixture.writer.turn();
    expect(fixture.gathered).toBe(before);
    void fixture.append(sampleCall());
    fixture.writer.turn();
    expect(fixture.gathered).toBeGreaterThan(before);
  });

  it('numbers without gaps and chains each line to the one before, over all files', () => {
    const fixture = new WriterFixture({ segmentBytesMax: 4000 });
    for (let index = 0; index < 50; index += 1) void fixture.append(sampleCall({ offset: index }));
    fixture.close();
    const lines = parseLines(fixture.allLines());
    expect(lines).toHaveLength(50);
    expect(flawIn(lines)).toBeUndefined();
    expect(fixture.sealed.length).toBeGreaterThan(5);
    for (const { bytes } of fixture.sealed) expect(bytes).toBeLessThanOrEqual(4000);
  });

  it('keeps the events of one hour in one segment, also when the clock goes back', () => {
    const fixture = new WriterFixture();
    const hours = [9, 9, 10, 9, 9];
    for (const hour of hours) void fixture.append(sampleCall({ timestampMs: hour * HOUR_MS + 5 }));
    fixture.close();
    expect(
      fixture.sealed.map((segment) => [segment.firstTimeMs / HOUR_MS, segment.events]),
    ).toEqual([
      [9 + 5 / HOUR_MS, 2],
      [10 + 5 / HOUR_MS, 1],
      [9 + 5 / HOUR_MS, 2],
    ]);
  });

  it('seals a segment at its age, and no segment that is empty', () => {
    const fixture = new WriterFixture();
    void fixture.append(sampleCall({ routeGroup: 'partner' }));
    fixture.writer.turn();
    fixture.clock.advance(29_999);
    fixture.writer.turn();
    expect(fixture.sealed).toEqual([]);
    fixture.clock.advance(1);
    fixture.writer.turn();
    fixture.clock.advance(60_000);
    fixture.writer.turn();
    expect(fixture.sealed).toMatchObject([{ events: 1, firstSeq: 1, routeGroups: ['partner'] }]);
  });

  it('seals a segment at the turn of the hour, where no event follows', () => {
    const fixture = new WriterFixture();
    fixture.clock.advance(HOUR_MS - 10_000);
    void fixture.append(sampleCall());
    fixture.writer.turn();
    fixture.clock.advance(9999);
    fixture.writer.turn();
    expect(fixture.sealed).toEqual([]);
    fixture.clock.advance(1);
    fixture.writer.turn();
    expect(fixture.sealed).toMatchObject([{ events: 1 }]);
  });

  it('seals once for a clock that was set, and not every late event of the hour before', () => {
    const fixture = new WriterFixture();
    const append = (): void => {
      void fixture.append(sampleCall({ timestampMs: fixture.clock.wallMs() }));
      fixture.writer.turn();
    };
    append();
    fixture.clockSetMs = -2 * HOUR_MS;
    append();
    expect(fixture.sealed).toMatchObject([{ events: 2 }]);
    append();
    append();
    fixture.writer.turn();
    expect(fixture.sealed).toHaveLength(1);
  });

  it('keeps a group that the disk refuses, goes on when there is room, and loses nothing', () => {
    const fixture = new WriterFixture();
    void fixture.append(sampleCall());
    let pauses = 0;
    fixture.files.fault = (entry) =>
      entry === `write ${FIRST_FILE}` ? fault('ENOSPC') : undefined;
    fixture.onPause = () => {
      pauses += 1;
      if (pauses === 3) fixture.files.fault = () => undefined;
    };
    fixture.writer.turn();
    expect(fixture.messages.map((message) => message.kind)).toEqual([
      'reserve_used',
      'stalled',
      'resumed',
      'durable',
    ]);
    expect(parseLines(fixture.allLines())).toHaveLength(1);
  });

  it('writes the whole group again when its sync failed', () => {
    const fixture = new WriterFixture();
    void fixture.append(sampleCall());
    fixture.files.fault = (entry) => (entry.startsWith('sync') ? fault('EIO') : undefined);
    fixture.onPause = () => {
      // What a failed sync does to pages: they count as clean and are gone.
      const file = fixture.files.files.get(`/data/spool/segments/${FIRST_FILE}`);
      file?.bytes.fill(0);
      fixture.files.fault = () => undefined;
    };
    fixture.writer.turn();
    expect(flawIn(parseLines(fixture.allLines()))).toBeUndefined();
  });

  it('uses the reserve on a full disk before it waits', () => {
    const fixture = new WriterFixture();
    fixture.files.replace('/data/spool/ballast', Buffer.alloc(1_000_000));
    fixture.files.fault = (entry) => {
      const isFull = fixture.files.size('/data/spool/ballast') === 1_000_000;
      return isFull && entry === `write ${FIRST_FILE}` ? fault('ENOSPC') : undefined;
    };
    void fixture.append(sampleCall());
    fixture.writer.turn();
    expect(fixture.messages.at(-1)).toMatchObject({ kind: 'durable', seq: 1 });
  });
});
