import type { ConfigFault } from '@netscope/domain';

/** Faults in the order of the file, then those of variables; one for each key. */
export function inOrder(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  return withoutEchoes(faults).toSorted((one, other) => lineOf(one) - lineOf(other));
}

/** A name that is not set leaves an empty text behind, whose own fault would say nothing more. */
function withoutEchoes(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  const told = new Set<string>();
  return faults.filter(({ path, where }) => {
    if (path === '') return true;
    const key = `${where} ${path}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

function lineOf({ where }: ConfigFault): number {
  if (where.startsWith('.env:')) return Number.MAX_SAFE_INTEGER;
  const line = /:(\d+)$/.exec(where)?.[1];
  return line === undefined ? Number.MAX_SAFE_INTEGER : Number(line);
}
