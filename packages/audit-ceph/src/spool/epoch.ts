import type { Random } from '@netscope/domain';

import { CHAIN_START, type SpoolIdentity, type SpoolPaths } from './segment.ts';
import type { SpoolFiles } from './spool-files.ts';
import { readSummed, summedLine } from './summed-text.ts';

const EPOCH = /^\d{12}[0-9a-f]{4}$/;

/** What `data_dir` remembers of the life of a spool that is, or was the last to be, open. */
export interface EpochState {
  readonly epoch: string;
  /** Closed in order, with every event on disk. */
  readonly clean: boolean;
  /** Head of the chain at the time of writing. */
  readonly head: string;
  /** Whose spool it is; absent where a former release wrote it. */
  readonly owner?: SpoolIdentity;
  /** What no `system.started` told yet: a life in between only shipped. Absent where nothing is. */
  readonly untold?: UntoldEnd;
}

/** What is to be told of an earlier end; events that are missing are found again by every life. */
export interface UntoldEnd {
  readonly unclean: boolean;
  /** Set aside. */
  readonly files: number;
}

/** `undefined` where there is none, or none that can be read. */
export function readEpochState(paths: SpoolPaths, files: SpoolFiles): EpochState | undefined {
  try {
    if (files.size(paths.epoch) === undefined) return undefined;
    return parseEpochState(files.read(paths.epoch).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** `undefined` where it is not one, or was changed. */
export function parseEpochState(text: string): EpochState | undefined {
  try {
    const value: unknown = JSON.parse(readSummed(text.trimEnd()) ?? '');
    return isEpochState(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function writeEpochState(state: EpochState, paths: SpoolPaths, files: SpoolFiles): void {
  files.replace(paths.epoch, Buffer.from(summedLine(JSON.stringify(state))));
}

/** One more than the highest known, with four random hex digits behind it. */
export function nextEpoch(known: readonly string[], random: Random): string {
  const numbers = known
    .filter((epoch) => EPOCH.test(epoch))
    .map((epoch) => Number(epoch.slice(0, 12)));
  const number = Math.max(0, ...numbers) + 1;
  return `${String(number).padStart(12, '0')}${random.hex(2)}`;
}

/** The head that a new chain joins, where nothing younger is found in the spool. */
export function headBefore(state: EpochState | undefined): string {
  return state?.head ?? CHAIN_START;
}

function isEpochState(value: unknown): value is EpochState {
  if (typeof value !== 'object' || value === null) return false;
  if (!('epoch' in value) || !('clean' in value) || !('head' in value)) return false;
  if (!areOptionsSound(value)) return false;
  return isEpoch(value.epoch) && typeof value.clean === 'boolean' && typeof value.head === 'string';
}

function areOptionsSound(value: object): boolean {
  if ('owner' in value && !isOwner(value.owner)) return false;
  return !('untold' in value) || isUntold(value.untold);
}

function isEpoch(value: unknown): value is string {
  return typeof value === 'string' && EPOCH.test(value);
}

function isOwner(value: unknown): value is SpoolIdentity {
  if (typeof value !== 'object' || value === null) return false;
  if (!('node' in value) || !('service' in value)) return false;
  return typeof value.node === 'string' && typeof value.service === 'string';
}

function isUntold(value: unknown): value is UntoldEnd {
  if (typeof value !== 'object' || value === null) return false;
  if (!('unclean' in value) || !('files' in value)) return false;
  return typeof value.unclean === 'boolean' && typeof value.files === 'number';
}
