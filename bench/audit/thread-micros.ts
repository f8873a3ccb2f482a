import { readdirSync, readFileSync } from 'node:fs';

/** CPU of this process so far, µs, by the name of the thread. */
export function threadMicros(): ReadonlyMap<string, number> {
  const microsByName = new Map<string, number>();
  for (const id of readdirSync('/proc/self/task')) {
    const read = (file: string): string => readFileSync(`/proc/self/task/${id}/${file}`, 'utf8');
    const name = read('comm').trim();
    const nanos = Number(read('schedstat').split(' ')[0]);
    microsByName.set(name, (microsByName.get(name) ?? 0) + nanos / 1000);
  }
  return microsByName;
}

/** CPU of this process's main thread so far, µs. */
export function mainMicros(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[0]) / 1000;
}

export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
