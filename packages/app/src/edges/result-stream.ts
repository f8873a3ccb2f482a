import { constants, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import process from 'node:process';
import type { Writable } from 'node:stream';

const STDOUT = 1;

/**
 * Standard output for many lines. Node writes to a pipe so that the whole process stands still while
 * its reader does, signals too. This opens the pipe anew, for this process alone, where the system
 * lets it (Linux).
 */
export function resultStream(): Writable {
  if (!fstatSync(STDOUT).isFIFO()) return process.stdout;
  try {
    const fd = openSync(`/proc/self/fd/${STDOUT}`, constants.O_WRONLY | constants.O_NONBLOCK);
    return new Socket({ fd, readable: false, writable: true });
  } catch {
    return process.stdout;
  }
}
