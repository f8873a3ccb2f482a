import process from 'node:process';

/** Ends the process when nothing is left to do, or `lingerMs` later with what is left named. */
export function endWithin(lingerMs: number): void {
  setTimeout(() => {
    const left = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`netscope: ended with handles still open: ${left}\n`);
    process.exit();
  }, lingerMs).unref();
}
