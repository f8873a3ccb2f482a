import { ParkGuard, type ParkGuardPolicy } from '@netscope/domain';
import { array, assert, boolean, nat, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';

const policy: ParkGuardPolicy = { ratio: 0.5, minimum: 10, windowMs: 60_000 };

interface Batch {
  readonly parked?: number;
  readonly ended?: number;
}

function note(guard: ParkGuard, { parked = 0, ended = 0 }: Batch, nowMs = 0) {
  let share;
  for (let index = 0; index < ended; index += 1) guard.noteEnded(nowMs);
  for (let index = 0; index < parked; index += 1) share = guard.noteParked(nowMs);
  return share;
}

describe('a park guard', () => {
  test('says nothing before its minimum has ended', () => {
    expect(note(new ParkGuard(policy), { parked: 9 }, 0)).toBeUndefined();
  });

  test('trips at the record that makes it too many', () => {
    expect(note(new ParkGuard(policy), { parked: 10 }, 0)).toEqual({ parked: 10, ended: 10 });
  });

  test('lets just the ratio pass, and trips one above it', () => {
    const guard = new ParkGuard(policy);
    note(guard, { ended: 10 }, 0);
    expect(note(guard, { parked: 10 }, 0)).toBeUndefined();
    expect(note(guard, { parked: 1 }, 0)).toEqual({ parked: 11, ended: 21 });
  });

  test('forgets what is older than its window', () => {
    const guard = new ParkGuard(policy);
    note(guard, { parked: 9 }, 0);
    expect(note(guard, { parked: 1 }, 60_000)).toBeUndefined();
    expect(note(guard, { parked: 9 }, 119_999)).toEqual({ parked: 10, ended: 10 });
  });

  test('judges anew after a reset', () => {
    const guard = new ParkGuard(policy);
    note(guard, { parked: 10 }, 0);
    guard.reset();
    expect(note(guard, { parked: 9 }, 0)).toBeUndefined();
    expect(note(guard, { parked: 1 }, 0)).toBeDefined();
  });

  test('takes back what was cut off, and nothing else', () => {
    const guard = new ParkGuard(policy);
    note(guard, { parked: 9 }, 0);
    guard.takeBack(0, 30_000);
    expect(note(guard, { parked: 1 }, 30_000)).toBeUndefined();
    expect(note(guard, { parked: 1 }, 30_000)).toEqual({ parked: 10, ended: 10 });
    guard.takeBack(0, 61_000);
    expect(note(guard, { parked: 8 }, 61_000)).toEqual({ parked: 10, ended: 10 });
    guard.reset();
    guard.takeBack(61_000, 61_000);
    expect(note(guard, { parked: 10 }, 61_000)).toEqual({ parked: 10, ended: 10 });
  });

  test('at ratio 1 never trips', () => {
    expect(note(new ParkGuard({ ...policy, ratio: 1 }), { parked: 1000 }, 0)).toBeUndefined();
  });

  test('counts what a plain list of the last ten buckets counts', () => {
    const step = record({ parked: boolean(), waitMs: nat(20_000) });
    const cases = property(array(step, { maxLength: 100 }), (steps) => {
      const guard = new ParkGuard({ ratio: 0, minimum: 1, windowMs: 60_000 });
      const seen: { readonly bucket: number; readonly parked: boolean }[] = [];
      let nowMs = 0;
      for (const { parked, waitMs } of steps) {
        nowMs += waitMs;
        seen.push({ bucket: Math.floor(nowMs / 6000), parked });
        const now = Math.floor(nowMs / 6000);
        const held = seen.filter(({ bucket }) => bucket > now - 10);
        const share = parked ? guard.noteParked(nowMs) : guard.noteEnded(nowMs);
        if (!parked) continue;
        expect(share).toEqual({
          parked: held.filter((one) => one.parked).length,
          ended: held.length,
        });
      }
    });
    assert(cases);
  });
});
