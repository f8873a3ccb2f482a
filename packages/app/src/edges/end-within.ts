import process from 'node:process';

/**
 * Ends the process when nothing is left to do, or `lingerMs` later with what is left named. After a
 * failure that is not said: what was begun may well be open still, and the fault is what counts.
 */
export function endWithin(lingerMs: number): void {
  setTimeout(() => {
    if (Number(process.exitCode ?? 0) !== 0) process.exit();
    const left = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`netscope: ended with handles still open: ${left}\n`);
    process.exit();
  }, lingerMs).unref();
}
