import { ManualClock } from '@netscope/test-support';
import { describe, expect, test } from 'vitest';

import { type Due, DueList } from '../src/due-list.ts';

interface Told {
  readonly name: string;
  readonly atMs: number;
}

class Listed implements Due {
  readonly name: string;
  readonly told: Told[];
  readonly list: DueList;
  dueAtMs: number;
  dueIndex = 0;

  constructor(rig: Rig, name: string, dueAtMs: number) {
    this.name = name;
    this.told = rig.told;
    this.list = rig.list;
    this.dueAtMs = dueAtMs;
    rig.list.enter(this, rig.clock.monotonicMs());
  }

  onDue(nowMs: number): void {
    this.told.push({ name: this.name, atMs: nowMs });
    this.list.leave(this);
  }
}

class Rig {
  readonly clock = new ManualClock();
  readonly list = new DueList(this.clock, this.clock);
  readonly told: Told[] = [];
  readonly startMs = this.clock.monotonicMs();

  at(name: string, afterMs: number): Listed {
    return new Listed(this, name, this.startMs + afterMs);
  }

  get order(): readonly string[] {
    return this.told.map(({ name, atMs }) => `${name} ${atMs - this.startMs}`);
  }
}

describe('what is due', () => {
  test('is told at its instant, whatever came first', () => {
    const rig = new Rig();
    rig.at('late', 300);
    rig.at('soon', 100);
    rig.at('middle', 200);
    for (let step = 0; step < 40; step += 1) rig.clock.advance(10);
    expect(rig.order).toEqual(['soon 100', 'middle 200', 'late 300']);
  });

  test('earlier than before is told earlier', () => {
    const rig = new Rig();
    const listed = rig.at('read', 500);
    listed.dueAtMs = rig.startMs + 50;
    rig.list.sooner(listed, rig.startMs);
    rig.clock.advance(50);
    expect(rig.order).toEqual(['read 50']);
  });

  test('and left is not told, and what it made room for is', () => {
    const rig = new Rig();
    const gone = rig.at('gone', 100);
    rig.at('stays', 150);
    rig.list.leave(gone);
    for (let step = 0; step < 20; step += 1) rig.clock.advance(10);
    expect(rig.order).toEqual(['stays 150']);
  });

  test('is told although the timer was set for one that left', () => {
    const rig = new Rig();
    const first = rig.at('first', 100);
    rig.list.leave(first);
    rig.at('second', 1000);
    for (let step = 0; step < 100; step += 1) rig.clock.advance(10);
    expect(rig.order).toEqual(['second 1000']);
  });

  test('and closed is not told', () => {
    const rig = new Rig();
    rig.at('never', 100);
    rig.list.close();
    rig.clock.advance(200);
    expect(rig.order).toEqual([]);
  });
});
