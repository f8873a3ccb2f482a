import process from 'node:process';

import { EXIT } from './exit-codes.ts';

/**
 * Aborts at the first SIGTERM or SIGINT; a second one ends the process at once. SIGHUP asks for a
 * reload, which this release has not: it must not end the process, and `onReload` says so.
 */
export function drainOnSignal(onReload: () => void): AbortSignal {
  process.on('SIGHUP', onReload);
  const controller = new AbortController();
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT.secondSignal);
      controller.abort();
    });
  }
  return controller.signal;
}
