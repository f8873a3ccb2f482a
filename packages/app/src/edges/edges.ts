import process from 'node:process';

import type { Clock, Random, Timers } from '@netscope/domain';

import { systemClock } from './system-clock.ts';
import { createSystemRandom } from './system-random.ts';
import { systemTimers } from './system-timers.ts';

/** What tests may replace: time and chance, nothing in between. */
export interface Edges {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
}

/** The machine's own. */
export function systemEdges(): Edges {
  return { clock: systemClock, timers: systemTimers, random: createSystemRandom() };
}

/** Where relative paths of a command line start: pnpm keeps the caller's folder in INIT_CWD. */
export function callersFolder(): string {
  return process.env['INIT_CWD'] ?? process.cwd();
}

/** The environment, read here and nowhere else. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}
