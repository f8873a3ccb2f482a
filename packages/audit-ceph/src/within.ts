import type { Timers } from '@netscope/domain';

/** True when the promise settled within that time; it goes on by itself where it did not. */
export async function within(
  promise: Promise<unknown>,
  limitMs: number,
  timers: Timers,
): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = timers.set(() => late.resolve(false), Math.max(0, limitMs));
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => true,
      ),
      late.promise,
    ]);
  } finally {
    timers.clear(timer);
  }
}
