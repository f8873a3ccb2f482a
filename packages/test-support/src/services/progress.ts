import process from 'node:process';

const REPEAT_MS = 10_000;

/** Says on standard error what takes long: at once, every ten seconds, and when it is done. */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedMs = performance.now();
  const elapsed = (): string => `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
  say(`${what} ...`);
  const timer = setInterval(() => say(`${what} ... ${elapsed()}`), REPEAT_MS);
  try {
    const result = await work();
    say(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}

/** One line on standard error, so that results on standard output stay clean. */
export function say(line: string): void {
  process.stderr.write(`[services] ${line}\n`);
}
