import { doneBefore, doneWithin } from '@netscope/domain';
import { ManualClock } from '@netscope/test-support';
import { expect, test } from 'vitest';

const never = new Promise<void>(() => undefined);

test('an event that a broken spool never takes holds the end no longer than its time', async () => {
  const clock = new ManualClock();
  const done = doneWithin(never, 1000, clock);
  clock.advance(1000);
  expect(await done).toBe(false);
});

test('an event that is taken leaves no timer behind', async () => {
  const clock = new ManualClock();
  expect(await doneWithin(Promise.resolve(), 1000, clock)).toBe(true);
  expect(clock.pendingTimers).toBe(0);
});

test('a start that waits for the spool is given up at the signal', async () => {
  const controller = new AbortController();
  const done = doneBefore(never, controller.signal);
  controller.abort();
  expect(await done).toBe(false);
  expect(await doneBefore(never, AbortSignal.abort())).toBe(false);
});

test('a failure on the way is told', async () => {
  const failed = Promise.reject(new Error('defect'));
  await expect(doneBefore(failed, new AbortController().signal)).rejects.toThrow('defect');
});
