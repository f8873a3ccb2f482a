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
