import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import process from 'node:process';

/** A tenth of what the others get where all want a core, and all of one that nobody wants. */
const NICER = 10;
const NICE_MAX = 19;

/**
 * Makes the thread that calls this wait for the others of its process where there are not enough
 * cores for all. On Linux, where each thread has a nice value of its own; elsewhere, and where it is
 * not allowed, it does nothing.
 */
export function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    // `PID/task/TID`
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, Math.min(NICE_MAX, getPriority(thread) + NICER));
  } catch {
    // Its work is the same, and some calls are a little later.
  }
}
