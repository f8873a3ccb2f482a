import type { Timers } from '@netscope/domain';

import type { Output } from './output.ts';

const SLOW_MS = 1000;

interface Teller {
  readonly timers: Timers;
  readonly output: Pick<Output, 'note'>;
}

/** Does work; where that takes longer than a second, a person is told what is waited for, if it is said. */
export async function tellIfSlow<T>(
  { timers, output }: Teller,
  what: string | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (what === undefined) return work();
  const timer = timers.background(() => output.note(what), SLOW_MS);
  try {
    return await work();
  } finally {
    timers.clear(timer);
  }
}
