import { deepStrictEqual, strictEqual } from 'node:assert/strict';

import { OffsetTracker } from '@netscope/domain';
import { type Command, commands, constant, integer, nat } from 'fast-check';

/** The log holds every offset but these. */
const isGap = (offset: number): boolean => offset % 7 === 3 || (offset > 40 && offset < 60);

/** Sets of offsets, and the obvious rules. */
interface Model {
  position: number;
  seenTo: number;
  committed: number;
  readonly inFlight: Set<number>;
  readonly settled: Set<number>;
}

function committableOf(model: Model): number {
  let next = 0;
  while (next < model.seenTo && (isGap(next) || model.settled.has(next))) next += 1;
  return next;
}

function check(model: Model, tracker: OffsetTracker): void {
  strictEqual(tracker.inFlight, model.inFlight.size);
  strictEqual(tracker.position, model.position);
  // Where it stands inside a gap makes no difference to what is read next.
  let actual = tracker.committable;
  while (actual < model.seenTo && isGap(actual)) actual += 1;
  strictEqual(actual, committableOf(model));
  const uncommitted = [...model.settled].filter((offset) => offset >= model.committed);
  deepStrictEqual(
    tracker.toUncommitted().offsets,
    uncommitted.toSorted((a, b) => a - b),
  );
}

class Take implements Command<Model, OffsetTracker> {
  readonly #count: number;
  constructor(count: number) {
    this.#count = count;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, tracker: OffsetTracker): void {
    const end = model.position + this.#count;
    for (let offset = model.position; offset < end; offset += 1) {
      if (isGap(offset)) continue;
      const isKnown = model.settled.has(offset) || model.inFlight.has(offset);
      strictEqual(tracker.take(offset, offset, 1), !isKnown);
      if (!isKnown) model.inFlight.add(offset);
    }
    tracker.passTo(end);
    model.position = end;
    model.seenTo = Math.max(model.seenTo, end);
    check(model, tracker);
  }
  toString(): string {
    return `take(${this.#count})`;
  }
}

class Settle implements Command<Model, OffsetTracker> {
  readonly #choice: number;
  constructor(choice: number) {
    this.#choice = choice;
  }
  check(model: Readonly<Model>): boolean {
    return model.inFlight.size > 0;
  }
  run(model: Model, tracker: OffsetTracker): void {
    const open = [...model.inFlight];
    const offset = open[this.#choice % open.length] ?? 0;
    strictEqual(tracker.settle(offset), true);
    model.inFlight.delete(offset);
    model.settled.add(offset);
    check(model, tracker);
  }
  toString(): string {
    return `settle(${this.#choice})`;
  }
}

class Commit implements Command<Model, OffsetTracker> {
  check(): boolean {
    return true;
  }
  run(model: Model, tracker: OffsetTracker): void {
    strictEqual(tracker.committable >= model.committed, true);
    model.committed = tracker.committable;
    tracker.noteCommitted(model.committed);
    check(model, tracker);
  }
  toString(): string {
    return 'commit';
  }
}

class Rewind implements Command<Model, OffsetTracker> {
  check(): boolean {
    return true;
  }
  run(model: Model, tracker: OffsetTracker): void {
    tracker.rewind(model.committed);
    model.inFlight.clear();
    model.position = model.committed;
    check(model, tracker);
  }
  toString(): string {
    return 'rewind';
  }
}

/** Any order of taking, settling, committing and rewinding. */
export const trackerCommands = commands(
  [
    integer({ min: 1, max: 40 }).map((count) => new Take(count)),
    nat(1000).map((choice) => new Settle(choice)),
    nat(1000).map((choice) => new Settle(choice)),
    constant(new Commit()),
    constant(new Rewind()),
  ],
  { maxCommands: 120 },
);

export const trackerSetup = (): { model: Model; real: OffsetTracker } => ({
  model: { position: 0, seenTo: 0, committed: 0, inFlight: new Set(), settled: new Set() },
  real: new OffsetTracker(0),
});
