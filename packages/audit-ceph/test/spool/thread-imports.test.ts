import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../../src');
/** What a file loads: an import that is not of types alone. */
const LOADED = /^(?:import|export) (?!type )[^;]*?from '([^']+)';/gmu;

/** Packages and files that a thread loads, by what its first file imports. */
function loadedBy(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(LOADED)) {
    if (specifier.startsWith('.')) loadedBy(join(dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

test.each(['spool/writer-worker.ts', 'spool/keeper-worker.ts', 'integrity/verify/check-worker.ts'])(
  'the thread of %s loads no schema: zod alone takes more memory than all else of it',
  (file) => {
    const loaded = [...loadedBy(join(SOURCE, file))];
    expect(loaded.length).toBeGreaterThan(5);
    const others = loaded.filter((name) => !name.startsWith('/') && !name.startsWith('node:'));
    expect(others.filter((name) => name !== '@netscope/domain/plain')).toEqual([]);
  },
);
