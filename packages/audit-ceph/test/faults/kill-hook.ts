import fs from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded before everything else in every thread of a process that is made to be killed: ends the
 * process by SIGKILL right before or right after a certain call of the file system.
 */
interface Moment {
  readonly call: (typeof CALLS)[number];
  /** What the path must match. */
  readonly path: string;
  /** Which of these calls it is, from 1. */
  readonly count: number;
  readonly when: 'before' | 'after';
  /** Only calls of the main thread, which recovers. */
  readonly isRecovery: boolean;
}

const CALLS = [
  'writeSync',
  'fdatasyncSync',
  'fsyncSync',
  'renameSync',
  'rmSync',
  'ftruncateSync',
] as const;

const moment: Moment = JSON.parse(process.env['NETSCOPE_KILL_AT'] ?? '{}');
const paths = new Map<unknown, string>();
const target = new RegExp(moment.path);
let seen = 0;

const { openSync } = fs;
fs.openSync = (...args) => {
  const fd = openSync(...args);
  paths.set(fd, String(args[0]));
  return fd;
};
for (const name of CALLS) if (name === moment.call) watch(name);

function watch(name: (typeof CALLS)[number]): void {
  const original = fs[name];
  const watched = (...args: readonly unknown[]): unknown => {
    const isIt = isMoment(paths.get(args[0]) ?? String(args[0]));
    if (isIt && moment.when === 'before') process.kill(process.pid, 'SIGKILL');
    const result: unknown = Reflect.apply(original, fs, args);
    if (isIt) process.kill(process.pid, 'SIGKILL');
    return result;
  };
  Object.assign(fs, { [name]: watched });
}

function isMoment(path: string): boolean {
  if (moment.isRecovery && !isMainThread) return false;
  if (!target.test(path)) return false;
  seen += 1;
  return seen === moment.count;
}
