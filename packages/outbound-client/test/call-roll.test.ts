import { assert, array, boolean, property } from 'fast-check';
import { expect, test } from 'vitest';

import { CallRoll } from '../src/call-roll.ts';
import type { CallState } from '../src/call-state.ts';

class Counted implements Pick<CallState, 'rollIndex' | 'abort'> {
  rollIndex = 0;
  aborts = 0;

  abort(): void {
    this.aborts += 1;
  }
}

test('whoever entered and has not left is aborted once, and nobody else', () => {
  assert(
    property(array(boolean(), { maxLength: 60 }), (steps) => {
      const roll = new CallRoll();
      const present: Counted[] = [];
      const gone: Counted[] = [];
      for (const [index, enters] of steps.entries()) {
        const leaver = enters ? undefined : present.splice(index % present.length, 1)[0];
        if (leaver !== undefined) {
          roll.leave(leaver);
          gone.push(leaver);
        } else if (enters) {
          const call = new Counted();
          roll.enter(call);
          present.push(call);
        }
      }
      roll.abortAll();
      expect(present.every(({ aborts }) => aborts === 1)).toBe(true);
      expect(gone.every(({ aborts }) => aborts === 0)).toBe(true);
    }),
  );
});
