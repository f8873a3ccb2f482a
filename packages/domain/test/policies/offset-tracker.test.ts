import { OffsetTracker } from '@netscope/domain';
import { assert, modelRun, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { trackerCommands, trackerSetup } from './offset-tracker-model.ts';

function takeAll(tracker: OffsetTracker, offsets: readonly number[]): readonly number[] {
  return offsets.filter((offset) => tracker.take(offset, offset, 1));
}

describe('OffsetTracker', () => {
  it('starts at the committed offset', () => {
    const tracker = new OffsetTracker(7);
    expect([tracker.position, tracker.committable, tracker.inFlight]).toEqual([7, 7, 0]);
  });

  it('never carries an earlier record over the line with a later one', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1, 2]);
    tracker.settle(2);
    tracker.settle(1);
    expect(tracker.committable).toBe(0);
    tracker.settle(0);
    expect(tracker.committable).toBe(3);
  });

  it('counts offsets that the log does not hold as settled', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [5, 1_000_000_000]);
    expect(tracker.committable).toBe(5);
    tracker.settle(1_000_000_000);
    tracker.settle(5);
    tracker.passTo(1_000_000_007);
    expect(tracker.committable).toBe(1_000_000_007);
  });

  it('settles a record once', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1]);
    expect([tracker.settle(1), tracker.settle(1), tracker.settle(9)]).toEqual([true, false, false]);
    expect(tracker.inFlight).toBe(1);
  });

  it('hands over again after a rewind only what was not settled', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1, 2, 3]);
    tracker.settle(1);
    tracker.settle(3);
    tracker.rewind(0);
    expect(takeAll(tracker, [0, 1, 2, 3, 4])).toEqual([0, 2, 4]);
  });

  it('takes what vanished from the log between two passes as settled', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1, 2]);
    tracker.rewind(0);
    takeAll(tracker, [2]);
    tracker.settle(2);
    expect(tracker.committable).toBe(3);
  });

  it('knows what is settled until its commit was taken, whatever may be committed', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1, 2, 3]);
    for (const offset of [0, 1, 3]) tracker.settle(offset);
    expect(tracker.toMap()).toMatchObject({ base: 2, offsets: [3] });
    expect(tracker.toUncommitted()).toMatchObject({ base: 0, offsets: [0, 1, 3] });
    tracker.noteCommitted(1);
    expect(tracker.toUncommitted()).toMatchObject({ base: 1, offsets: [1, 3] });
    tracker.noteCommitted(2);
    expect(tracker.toUncommitted()).toEqual(tracker.toMap());
  });

  it('keeps 65,536 records at most for a commit that does not come, the newest', () => {
    const tracker = new OffsetTracker(0);
    const count = 300_000;
    for (let offset = 0; offset < count; offset += 1) {
      tracker.take(offset, 0, 1);
      tracker.settle(offset);
    }
    const { base, offsets } = tracker.toUncommitted();
    expect(offsets).toHaveLength(65_536);
    expect([base, offsets.at(-1)]).toEqual([count - 65_536, count - 1]);
  });

  it('follows a group that somebody else took further', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [0, 1, 2]);
    tracker.rewind(2);
    expect(tracker.committable).toBe(2);
    expect(takeAll(tracker, [2, 3])).toEqual([2, 3]);
  });

  it('tells when the oldest record was stamped that is not committed, settled or not', () => {
    const tracker = new OffsetTracker(0);
    takeAll(tracker, [10, 11]);
    tracker.settle(10);
    expect(tracker.oldestTimestampMs).toBe(10);
    tracker.noteCommitted(11);
    expect(tracker.oldestTimestampMs).toBe(11);
    tracker.settle(11);
    expect(tracker.oldestTimestampMs).toBe(11);
    tracker.noteCommitted(12);
    expect(tracker.oldestTimestampMs).toBeUndefined();
  });

  it('agrees with a plain model over any order of taking, settling and rewinding', () => {
    const agrees = property(trackerCommands, (list) => modelRun(trackerSetup, list));
    expect(() => assert(agrees, { numRuns: 500 })).not.toThrow();
  });

  it('costs the same for each record however many are open', () => {
    const tracker = new OffsetTracker(0);
    const count = 200_000;
    const startedMs = performance.now();
    for (let offset = 0; offset < count; offset += 1) tracker.take(offset, 0, 1);
    for (let offset = count - 1; offset >= 0; offset -= 1) tracker.settle(offset);
    expect(tracker.committable).toBe(count);
    // 200,000 records take some 10 ms; a cost that grows with the open ones would take minutes.
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });
});
