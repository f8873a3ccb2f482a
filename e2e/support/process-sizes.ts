import { readdir, readFile } from 'node:fs/promises';

/** How large a process is now, by the kernel. */
export interface ProcessSize {
  readonly rssBytes: number;
  readonly openFds: number;
}

const KIB = 1024;

/** Linux only. @throws where there is no such process. */
export async function sizeOf(pid: number): Promise<ProcessSize> {
  const [status, fds] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readdir(`/proc/${pid}/fd`),
  ]);
  const rssKib = Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? Number.NaN);
  return { rssBytes: rssKib * KIB, openFds: fds.length };
}

/** The second and the last quarter of a run, each by its median: the first one is for warming up. */
export interface Growth {
  readonly early: number;
  readonly late: number;
}

/** @throws {Error} with fewer samples than quarters. */
export function growthOf(samples: readonly number[]): Growth {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) throw new Error(`${samples.length} samples tell no growth`);
  return {
    early: median(samples.slice(quarter, 2 * quarter)),
    late: median(samples.slice(-quarter)),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
