import { setTimeout as delay } from 'node:timers/promises';

export interface WaitOptions {
  /** What is waited for, for the message. */
  readonly what: string;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
  /** Default: 50 ms. */
  readonly everyMs?: number;
}

/**
 * Asks until the answer is neither false nor undefined, and gives it back. What `ask` throws counts
 * as "not yet" and ends up as the cause.
 * @throws {Error} when the time is over.
 */
export async function waitUntil<T>(
  ask: () => T | false | undefined | Promise<T | false | undefined>,
  options: WaitOptions,
): Promise<T> {
  const timeoutMs = options.timeoutMs ?? 30_000;
  const deadlineMs = performance.now() + timeoutMs;
  let cause: unknown;
  do {
    try {
      const answer = await ask();
      if (answer !== false && answer !== undefined) return answer;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(options.everyMs ?? 50);
  } while (performance.now() < deadlineMs);
  throw new Error(`waited ${timeoutMs} ms for ${options.what}`, { cause });
}
