import { ManualClock } from '@netscope/test-support';
import { expect, it } from 'vitest';

import { SessionWatch } from '../src/session-watch.ts';

it('A session is over when the group was silent for its length, until it is heard again', () => {
  const clock = new ManualClock();
  const watch = new SessionWatch(clock, 6000);
  clock.advance(5999);
  expect(watch.isOver).toBe(false);
  watch.heard();
  clock.advance(5999);
  expect(watch.isOver).toBe(false);
  clock.advance(1);
  expect(watch.isOver).toBe(true);
  watch.heard();
  expect(watch.isOver).toBe(false);
});
