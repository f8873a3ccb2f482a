import { readdirSync, readFileSync } from 'node:fs';

const NANOS_PER_MICRO = 1000;

/** CPU of a process so far, µs, by the name of the thread; by default of this one. */
export function threadMicros(pid: number | 'self' = 'self'): ReadonlyMap<string, number> {
  const microsByName = new Map<string, number>();
  for (const id of readdirSync(`/proc/${pid}/task`)) {
    const thread = read(`/proc/${pid}/task/${id}`);
    if (thread === undefined) continue;
    microsByName.set(thread.name, (microsByName.get(thread.name) ?? 0) + thread.micros);
  }
  return microsByName;
}

/** CPU of this process's main thread so far, µs. */
export function mainMicros(): number {
  return microsIn('/proc/thread-self');
}

/** Absent where the thread ended since it was listed. */
function read(folder: string): { readonly name: string; readonly micros: number } | undefined {
  try {
    return { name: readFileSync(`${folder}/comm`, 'utf8').trim(), micros: microsIn(folder) };
  } catch {
    return undefined;
  }
}

function microsIn(folder: string): number {
  return Number(readFileSync(`${folder}/schedstat`, 'utf8').split(' ')[0]) / NANOS_PER_MICRO;
}
