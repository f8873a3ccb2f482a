import { basename, join } from 'node:path';

import type { SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';

/** A file that was moved to `quarantine`, and why. */
export interface SetAside {
  /** Its name there. */
  readonly file: string;
  readonly reason: string;
}

/**
 * Moves a file into quarantine under its own name, or that name with a number where an earlier one
 * lies there. @throws Node's error where it cannot be moved.
 */
export function setAside(
  path: string,
  reason: string,
  spool: { readonly paths: SpoolPaths; readonly files: SpoolFiles },
): SetAside {
  const { paths, files } = spool;
  const name = basename(path);
  let file = name;
  for (let copy = 1; files.size(join(paths.quarantine, file)) !== undefined; copy += 1) {
    file = `${name}.${copy}`;
  }
  files.move(path, join(paths.quarantine, file));
  return { file, reason };
}
