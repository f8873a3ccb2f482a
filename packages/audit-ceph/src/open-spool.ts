import { AuditError, type Log } from '@netscope/domain';

import { type DropGap, readDropNote } from './drop-note.ts';
import { SpoolJournal } from './journal/spool-journal.ts';
import { Ledger } from './ship/ledger.ts';
import type { SpooledAuditSinkOptions } from './sink-options.ts';
import { Ballast } from './spool/ballast.ts';
import { checkStateFiles } from './spool/check-state-files.ts';
import {
  type EpochState,
  headBefore,
  nextEpoch,
  readEpochState,
  type UntoldEnd,
  writeEpochState,
} from './spool/epoch.ts';
import { nodeSpoolFiles } from './spool/node-spool-files.ts';
import { type Recovered, recoverSpool } from './spool/recover-spool.ts';
import { type SpoolIdentity, SpoolPaths } from './spool/segment.ts';
import type { SpoolFiles } from './spool/spool-files.ts';
import { damageIn } from './tell-recovered.ts';

/** A spool put in order, in its new epoch. */
export interface OpenedSpool {
  readonly paths: SpoolPaths;
  readonly owner: SpoolIdentity;
  readonly epoch: string;
  /** The last that is known of; absent for the first. */
  readonly epochBefore: string | undefined;
  /** Head of the chain that the epoch's first line joins. */
  readonly head: string;
  /** How the life ended that last wrote an event; absent for the first. */
  readonly previousEpoch: 'clean' | 'unclean' | undefined;
  /** What lives that only shipped came upon, to be told with what was recovered now. */
  readonly untold: UntoldEnd | undefined;
  readonly recovered: Recovered;
  /** What was dropped before and never told. */
  readonly dropped: DropGap | undefined;
  /** With all that was read. */
  readonly journal: SpoolJournal;
}

/**
 * Recovers what is there and begins a new epoch.
 * @throws {AuditError} `AUDIT_SPOOL_FAILED` where the directory cannot be used.
 */
export function openSpool(
  options: Pick<
    SpooledAuditSinkOptions,
    'dataDir' | 'node' | 'service' | 'random' | 'clock' | 'instanceId'
  >,
  files: SpoolFiles,
): OpenedSpool {
  const { dataDir, node, service, random, clock, instanceId } = options;
  const paths = new SpoolPaths(dataDir);
  const wallMs = (): number => clock.wallMs();
  try {
    for (const path of [paths.root, paths.segments, paths.quarantine]) files.makeDirectory(path);
    const changed = checkStateFiles({ paths, files });
    const state = readEpochState(paths, files);
    const ledger = new Ledger(paths.ledger, files);
    const journal = new SpoolJournal({ paths, files, instanceId, wallMs });
    const onLine = journal.takeLine;
    const dropped = readDropNote(paths, files);
    const onDisk = recoverSpool({ paths, files, ledger: ledger.entries, onLine });
    const recovered = { ...onDisk, quarantined: [...changed, ...onDisk.quarantined] };
    const known = state === undefined ? recovered.epochs : [...recovered.epochs, state.epoch];
    const epoch = nextEpoch(known, random);
    const head = recovered.head ?? headBefore(state);
    const owner = { node, service };
    beginEpoch({ epoch, head, clean: false, owner }, paths, files);
    const previousEpoch = endOf(state, recovered);
    const epochBefore = known.toSorted().at(-1);
    const { untold } = state ?? {};
    const found = { recovered, journal, previousEpoch, untold, dropped };
    return { paths, owner, epoch, epochBefore, head, ...found };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AuditError('AUDIT_SPOOL_FAILED', `the spool could not be opened: ${reason}`, {
      kind: 'permanent',
      cause: error,
    });
  }
}

/**
 * Notes that nothing is left to recover; `head` is that of the last line. Where nothing was written,
 * it also notes what this life found, for the next to tell. Never throws.
 */
export function noteCleanEnd(spool: OpenedSpool, head: string, log: Log): void {
  const { paths, owner, epoch } = spool;
  try {
    const untold = head === spool.head ? untoldOf(spool) : undefined;
    const state = { epoch, head, clean: true, owner, ...(untold && { untold }) };
    writeEpochState(state, paths, nodeSpoolFiles);
  } catch (error) {
    log.error('audit.close_failed', error);
  }
}

function untoldOf(spool: OpenedSpool): UntoldEnd | undefined {
  const unclean = spool.previousEpoch === 'unclean';
  const { files } = damageIn(spool);
  return unclean || files > 0 ? { unclean, files } : undefined;
}

function beginEpoch(state: EpochState, paths: SpoolPaths, files: SpoolFiles): void {
  try {
    writeEpochState(state, paths, files);
  } catch {
    // A full disk must not keep the process from starting: the reserve is there for that.
    new Ballast(paths.ballast, files).free(0);
    writeEpochState(state, paths, files);
  }
}

function endOf(state: EpochState | undefined, { epochs }: Recovered): OpenedSpool['previousEpoch'] {
  if (state !== undefined)
    return state.clean && state.untold?.unclean !== true ? 'clean' : 'unclean';
  return epochs.length > 0 ? 'unclean' : undefined;
}
