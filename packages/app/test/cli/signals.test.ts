import process from 'node:process';

import { ManualClock } from '@netscope/test-support';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { drainOnSignal } from '../../src/cli/signals.ts';

const SIGNALS = ['SIGHUP', 'SIGTERM', 'SIGINT'] as const;

let before: ReadonlyMap<string, readonly NodeJS.SignalsListener[]>;

beforeEach(() => {
  before = new Map(SIGNALS.map((name) => [name, process.listeners(name)]));
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const name of SIGNALS) {
    const own = process.listeners(name).filter((one) => before.get(name)?.includes(one) !== true);
    for (const listener of own) process.off(name, listener);
  }
});

test('SIGHUP neither ends the process nor drains it', () => {
  let reloads = 0;
  const signal = drainOnSignal(() => {
    reloads += 1;
  });
  process.emit('SIGHUP', 'SIGHUP');
  expect({ reloads, draining: signal.aborted }).toEqual({ reloads: 1, draining: false });
});

test('a signal that comes twice at once, as to a process and to its group, is one; the next ends it', () => {
  const exits: unknown[] = [];
  vi.spyOn(process, 'exit').mockImplementation((code) => {
    exits.push(code);
    throw new Error('ended');
  });
  const clock = new ManualClock();
  const signal = drainOnSignal(() => undefined, clock);
  process.emit('SIGTERM', 'SIGTERM');
  clock.advance(1);
  process.emit('SIGTERM', 'SIGTERM');
  expect({ draining: signal.aborted, exits }).toEqual({ draining: true, exits: [] });
  clock.advance(1);
  expect(() => process.emit('SIGINT', 'SIGINT')).toThrow('ended');
  expect(exits).toEqual([130]);
});
