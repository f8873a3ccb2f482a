import process from 'node:process';

import type { Clock } from '@netscope/domain';

import { systemClock } from '../edges/system-clock.ts';
import { EXIT } from './exit-codes.ts';

/**
 * What comes so soon after the first is the same wish: `timeout` of coreutils hands a signal on to the
 * process and to its group, some 0.2 ms apart.
 */
const ECHO_MS = 2;

/**
 * Aborts at the first SIGTERM or SIGINT; a second one ends the process at once. SIGHUP asks for a
 * reload, which this release has not: it must not end the process, and `onReload` says so.
 */
export function drainOnSignal(
  onReload: () => void,
  clock: Pick<Clock, 'monotonicMs'> = systemClock,
): AbortSignal {
  process.on('SIGHUP', onReload);
  const controller = new AbortController();
  let firstAtMs = 0;
  const onSignal = (): void => {
    const nowMs = clock.monotonicMs();
    if (!controller.signal.aborted) {
      firstAtMs = nowMs;
      controller.abort();
    } else if (nowMs - firstAtMs >= ECHO_MS) {
      process.exit(EXIT.secondSignal);
    }
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, onSignal);
  return controller.signal;
}
