import type { SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';
import { readSummed, summedLine } from './summed-text.ts';

/** The end of the chain as its writer noted it, without a sync. */
export interface HeadNote {
  readonly epoch: string;
  readonly lastSeq: number;
  readonly head: string;
}

const FORM = /^(\w{16}) (\d{16}) ([0-9a-f]{64})$/;

/** Always as long as the one before, so that it can be written over it. */
export function headNote({ epoch, lastSeq, head }: HeadNote): Buffer {
  return Buffer.from(summedLine(`${epoch} ${String(lastSeq).padStart(16, '0')} ${head}`), 'latin1');
}

/** `undefined` where there is none, or where a crash tore it. @throws Node's error where the disk fails. */
export function readHeadNote(paths: SpoolPaths, files: SpoolFiles): HeadNote | undefined {
  if (files.size(paths.head) === undefined) return undefined;
  const text = readSummed(files.read(paths.head).toString('latin1').trimEnd());
  const [, epoch, seq, head] = FORM.exec(text ?? '') ?? [];
  if (epoch === undefined || seq === undefined || head === undefined) return undefined;
  return { epoch, lastSeq: Number(seq), head };
}
