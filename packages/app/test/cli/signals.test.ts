import process from 'node:process';

import { expect, test } from 'vitest';

import { drainOnSignal } from '../../src/cli/signals.ts';

test('SIGHUP neither ends the process nor drains it', () => {
  const before = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));
  let reloads = 0;
  const signal = drainOnSignal(() => {
    reloads += 1;
  });
  try {
    process.emit('SIGHUP', 'SIGHUP');
    expect({ reloads, draining: signal.aborted }).toEqual({ reloads: 1, draining: false });
  } finally {
    for (const name of SIGNALS) {
      const own = process.listeners(name).filter((one) => before.get(name)?.includes(one) !== true);
      for (const listener of own) process.off(name, listener);
    }
  }
});

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;
