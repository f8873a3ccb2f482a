import type { TimerHandle, Timers } from '@netscope/domain';

/** Node's timers. A handle is Node's own, which only this file knows. */
export const systemTimers: Timers = {
  set: (callback, delayMs) => opaque(setTimeout(callback, delayMs)),
  background: (callback, delayMs) => opaque(setTimeout(callback, delayMs).unref()),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by `opaque` below
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

function opaque(timeout: NodeJS.Timeout): TimerHandle {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- opaque to everybody else
  return timeout as TimerHandle;
}
