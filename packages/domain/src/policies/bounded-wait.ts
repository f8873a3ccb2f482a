import type { Timers } from '../ports/timers.ts';

/** True when `work` is done within that time; it goes on by itself where it is not. @throws its error. */
export async function doneWithin(
  work: Promise<unknown>,
  limitMs: number,
  timers: Timers,
): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = timers.set(() => late.resolve(false), Math.max(0, limitMs));
  try {
    return await Promise.race([work.then(() => true), late.promise]);
  } finally {
    timers.clear(timer);
  }
}

/** True when `work` is done before `signal` aborts; it goes on by itself where it is not. @throws its error. */
export async function doneBefore(work: Promise<unknown>, signal: AbortSignal): Promise<boolean> {
  const aborted = Promise.withResolvers<boolean>();
  const abort = (): void => aborted.resolve(false);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work.then(() => true), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
