import type { SpoolPaths } from './spool/segment.ts';
import type { SpoolFiles } from './spool/spool-files.ts';
import { readSummed, summedLine } from './spool/summed-text.ts';

/** Events that were dropped, and that no `audit.gap` in the trail tells of. */
export interface DropGap {
  readonly events: number;
  readonly byReason: Readonly<Record<string, number>>;
  /** Wall clock, ms since the epoch. */
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Its line in the file that is written over and over, without a sync; it ends with its newline. */
export function dropNote(gap: DropGap | undefined): string {
  return summedLine(gap === undefined ? '' : JSON.stringify(gap));
}

/** `undefined` where nothing is untold, or a crash tore it. */
export function readDropNote(paths: SpoolPaths, files: SpoolFiles): DropGap | undefined {
  if (files.size(paths.dropped) === undefined) return undefined;
  // A shorter line leaves the end of a longer one behind it.
  const [line = ''] = files.read(paths.dropped).toString('utf8').split('\n');
  const text = readSummed(line) ?? '';
  if (text === '') return undefined;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file, checked by its sum
  return JSON.parse(text) as DropGap;
}
