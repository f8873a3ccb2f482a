import type { OffsetMap, OffsetMapPlace, TriesOfRecord } from '@netscope/domain';
import { array, assert, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BegunCalls } from '../../src/journal/begun-calls.ts';
import { MemoryFiles } from '../memory-files.ts';

const PATH = '/data/spool/begun.jsonl';
const place: OffsetMapPlace = { cluster: 'c-1', group: 'g', topic: 'orders', partition: 3 };
const other: OffsetMapPlace = { ...place, partition: 4 };
const never = (): number => -Infinity;

const call = (offset: number, atMs = 1000): TriesOfRecord => ({
  offset,
  fingerprint: offset + 1,
  tries: 1,
  firstTryAtMs: atMs,
  lastTryAtMs: atMs,
  status: undefined,
  bytesLeft: true,
});

const empty = (base = 0): OffsetMap => ({ base, offsets: [], fingerprints: [], tries: [] });

function openIn(calls: BegunCalls, at = place): readonly number[] {
  return calls.addTo(empty(), at, never).tries.map(({ offset }) => offset);
}

describe('Calls that must not be made twice', () => {
  it('are known to the next life from before they begin until their event is durable', () => {
    const files = new MemoryFiles();
    const calls = new BegunCalls(PATH, files, true);
    expect(calls.begin(place, call(7))).toBe(true);
    expect(calls.begin(other, call(7))).toBe(true);
    calls.end(place, 7);
    expect(calls.begin(place, call(9))).toBe(true);
    const next = new BegunCalls(PATH, files, true);
    expect(next.addTo(empty(), place, never).tries).toEqual([call(9)]);
    expect(openIn(next, other)).toEqual([7]);
    expect(openIn(new BegunCalls(PATH, files, false))).toEqual([]);
  });

  it('are told only where no event, no commit and no later word says more', () => {
    const calls = new BegunCalls(PATH, new MemoryFiles(), true);
    for (const offset of [3, 5, 6, 8]) calls.begin(place, call(offset, 1000 + offset));
    const map = { ...empty(4), offsets: [5], fingerprints: [1], tries: [call(8, 1)] };
    const told = calls.addTo(map, place, (offset) => (offset === 6 ? 1006 : -Infinity));
    expect(told).toEqual({ ...map, tries: [call(8, 1008)] });
  });

  it('must not begin where the disk takes nothing, and may again when it does', () => {
    const files = new MemoryFiles();
    const calls = new BegunCalls(PATH, files, true);
    files.fault = () => new Error('full');
    expect(calls.begin(place, call(1))).toBe(false);
    files.fault = () => undefined;
    expect(calls.begin(place, call(1))).toBe(true);
    files.fault = (operation) => (operation.startsWith('write') ? new Error('full') : undefined);
    expect(calls.begin(place, call(2))).toBe(false);
    expect(openIn(calls)).toEqual([1]);
  });

  it('are forgotten where their partition is another’s', () => {
    const files = new MemoryFiles();
    const calls = new BegunCalls(PATH, files, true);
    calls.begin(place, call(1));
    calls.begin(other, call(2));
    calls.keepOnly(new Set([JSON.stringify(['c-1', 'g', 'orders', 4])]));
    expect([openIn(calls), openIn(calls, other)]).toEqual([[], [2]]);
  });

  it('are what is open whatever the order of beginnings, ends and restarts, in a bounded file', () => {
    const step = tuple(constantFrom('begin', 'end', 'restart'), integer({ min: 0, max: 30 }));
    const holds = property(array(step, { maxLength: 200 }), (steps) => {
      const files = new MemoryFiles();
      let calls = new BegunCalls(PATH, files, true);
      const open = new Set<number>();
      for (const [what, offset] of steps) {
        if (what === 'restart') calls = new BegunCalls(PATH, files, true);
        if (what === 'begin' && calls.begin(place, call(offset))) open.add(offset);
        if (what === 'end') {
          calls.end(place, offset);
          open.delete(offset);
        }
        expect(openIn(calls)).toEqual([...open].toSorted((a, b) => a - b));
      }
    });
    expect(() => assert(holds, { numRuns: 100 })).not.toThrow();
    const files = new MemoryFiles();
    const calls = new BegunCalls(PATH, files, true);
    for (let offset = 0; offset < 6000; offset += 1) {
      calls.begin(place, call(offset));
      calls.end(place, offset);
    }
    expect(files.size(PATH)).toBeLessThan(1_100_000);
  });
});
