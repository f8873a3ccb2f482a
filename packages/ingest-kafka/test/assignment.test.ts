import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { AT, ScriptedGroup, ScriptedMember } from './scripted-group.ts';

const SPENT = { firstTryAtMs: 1000, lastTryAtMs: 2000, status: 500, bytesLeft: true };

describe('A member that had missed a generation', () => {
  it('calls nothing again that another did meanwhile, and counts its tries', async () => {
    const group = new ScriptedGroup();
    const one = new ScriptedMember(group);
    const other = new ScriptedMember(group);
    const first = one.join();
    first.take(group.batch(0));
    one.handed();
    one.lease.acknowledge(5);
    one.lease.noteSpent(4, { ...SPENT, tries: 3 });
    one.clock.advance(1000);
    await nextTurn();

    // The session of the first is over before it hears of it.
    const second = other.join();
    second.take(group.batch(0));
    expect(other.handed()).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9]);
    for (const offset of [1, 2]) other.lease.acknowledge(offset);
    other.lease.noteSpent(3, { ...SPENT, tries: 2 });
    group.end = 12;
    second.take(group.batch(10));
    other.lease.acknowledge(11);
    expect(await second.release(1000)).toBe(true);

    await first.release(0);
    const third = one.join();
    expect(one.held.tracker.toMap().offsets).toEqual([1, 2, 5, 11]);
    third.take(group.batch(0));
    expect(one.handed()).toEqual([0, 3, 4, 6, 7, 8, 9, 10]);
    expect(one.metrics.total('records_skipped_total')).toBe(3);
    expect(one.lease.spentOn(3)).toMatchObject({ tries: 2 });
    expect(one.lease.spentOn(4)).toMatchObject({ tries: 3 });
    for (const offset of [0, 3, 4, 6, 7, 8, 9, 10]) one.lease.acknowledge(offset);
    expect(await third.release(1000)).toBe(true);
    expect(group.committed).toMatchObject({ offset: 12, metadata: '' });
  });

  it('knows no more after a hundred generations in which its partition did not move', async () => {
    const group = new ScriptedGroup();
    const one = new ScriptedMember(group);
    const other = new ScriptedMember(group);
    await one.join().release(0);
    for (let generation = 0; generation < 100; generation += 1) {
      group.end += 1;
      const taken = other.join();
      taken.take(group.batch(other.held.tracker.position));
      other.lease.acknowledge(group.end - 1);
      await taken.release(1000);
      await one.join().release(0);
    }
    expect(one.held.known).toHaveLength(1);
    expect(one.held.tracker.toMap().offsets).toHaveLength(100);
  });
});

describe('A member that keeps its partition', () => {
  it('keeps nothing of its own map, however often the group rebalances', async () => {
    const group = new ScriptedGroup();
    const member = new ScriptedMember(group);
    let assignment = member.join();
    assignment.take(group.batch(0));
    for (const offset of [3, 7]) member.lease.acknowledge(offset);
    for (let rebalance = 0; rebalance < 3; rebalance += 1) {
      await assignment.release(1000);
      expect(group.committed).toMatchObject({ offset: 0, metadata: expect.stringMatching(/^ns1/) });
      assignment = member.join();
      expect(member.held.known).toEqual([]);
      assignment.take(group.batch(0));
    }
    expect(member.metrics.total('records_skipped_total')).toBe(0);
  });

  it('says once of a map that it is of other records', async () => {
    const group = new ScriptedGroup();
    const before = new ScriptedMember(group);
    const first = before.join();
    first.take(group.batch(0));
    for (const offset of [3, 7]) before.lease.acknowledge(offset);
    await first.release(1000);

    group.stampedAtMs += 1;
    const member = new ScriptedMember(group);
    for (let rebalance = 0; rebalance < 3; rebalance += 1) {
      const assignment = member.join();
      assignment.take(group.batch(0));
      await assignment.release(1000);
    }
    expect(member.log.count('kafka.offset_map_ignored')).toBe(1);
  });
});

describe('A seek', () => {
  it('hands over nothing that comes while it is on its way', async () => {
    const group = new ScriptedGroup();
    const member = new ScriptedMember(group);
    const assignment = member.join();
    const told = Promise.withResolvers<void>();
    const seek = assignment.seek({ ...AT, to: 8 }, async () => told.promise);
    await nextTurn();
    // The brokers had answered before the partition was paused.
    expect(assignment.take(group.batch(0))).toBe(false);
    told.resolve();
    expect(await seek).toMatchObject({ kind: 'done', offset: 8 });
    assignment.take(group.batch(8));
    expect(member.handed()).toEqual([8, 9]);
  });
});
