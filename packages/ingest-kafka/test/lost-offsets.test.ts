import { setImmediate as nextTurn } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { AT, ScriptedGroup, ScriptedMember } from './scripted-group.ts';

const NONE = async (): Promise<void> => undefined;

describe('A partition whose log was cut under it', () => {
  it('is held over a rebalance where its calls in flight ended since, and the log has grown', async () => {
    const group = new ScriptedGroup();
    const member = new ScriptedMember(group);
    const first = member.join();
    first.take(group.batch(0));
    group.end = 4;
    first.lose(AT);
    await nextTurn();
    expect(member.losses).toMatchObject([{ committed: 0, position: 10, action: 'held' }]);
    for (let offset = 0; offset < 8; offset += 1) member.lease.acknowledge(offset);
    await first.release(1000);
    expect(group.committed.offset).toBe(8);

    group.end = 20;
    for (let rebalance = 0; rebalance < 2; rebalance += 1) {
      await member.join().release(1000);
      expect(member.held.loss).toMatchObject({ committed: 8, action: 'held' });
    }
    expect(member.losses).toHaveLength(1);
    const last = member.join();
    await last.seek({ ...AT, to: 5 }, NONE);
    expect(member.held.loss).toBeUndefined();
  });

  it('is told each time, also where it comes to the same', async () => {
    const group = new ScriptedGroup();
    const member = new ScriptedMember(group, 'earliest');
    const assignment = member.join();
    for (let time = 1; time <= 2; time += 1) {
      group.end = 10;
      assignment.take(group.batch(0));
      for (const offset of member.handed()) member.lease.acknowledge(offset);
      member.clock.advance(1000);
      await nextTurn();
      expect(group.committed.offset).toBe(10);
      group.end = 4;
      assignment.lose(AT);
      await nextTurn();
      expect(group.committed.offset).toBe(0);
      expect(member.losses).toHaveLength(time);
    }
    expect(member.metrics.total('offsets_lost_total')).toBe(2);
  });
});
