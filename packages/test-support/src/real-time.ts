import { clearTimeout, setTimeout } from 'node:timers';

import type { Clock, TimerHandle, Timers } from '@netscope/domain';

/** The machine's clocks, for tests against real services. */
export const realClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

const timeoutByHandle = new WeakMap<TimerHandle, NodeJS.Timeout>();

/** The machine's timers, for tests against real services. */
export const realTimers: Timers = {
  set: (callback, delayMs) => keep(setTimeout(callback, delayMs)),
  background: (callback, delayMs) => keep(setTimeout(callback, delayMs).unref()),
  clear: (handle) => clearTimeout(timeoutByHandle.get(handle)),
};

function keep(timeout: NodeJS.Timeout): TimerHandle {
  const handle: TimerHandle = {};
  timeoutByHandle.set(handle, timeout);
  return handle;
}
