import { readIndex } from '../journal/journal-index.ts';
import { ledgerText, parseLedger } from '../ship/ledger.ts';
import { parseEpochState } from './epoch.ts';
import { unreadable } from './fault-code.ts';
import type { SpoolPaths } from './segment.ts';
import { setAside, type SetAside } from './set-aside.ts';
import type { SpoolFiles } from './spool-files.ts';

interface Spool {
  readonly paths: SpoolPaths;
  readonly files: SpoolFiles;
}

/**
 * Sets aside what cannot be read, or was changed, of the files that the spool keeps about itself, so
 * that the start goes on without them. Of the ledger it keeps every entry that is whole. What is
 * written in place without a sync may be torn by any crash: its readers pass over it.
 */
export function checkStateFiles(spool: Spool): readonly SetAside[] {
  const { paths } = spool;
  const found = [
    check(spool, paths.epoch, (text) => parseEpochState(text) !== undefined),
    check(spool, paths.journal, (text) => readIndex(text) !== undefined),
    ...[paths.head, paths.begun, paths.dropped, ...paths.acknowledged].map((path) =>
      check(spool, path, () => true),
    ),
    checkLedger(spool),
    checkBallast(spool),
  ];
  return found.filter((one) => one !== undefined);
}

function check(spool: Spool, path: string, isSound: (text: string) => boolean) {
  if (spool.files.size(path) === undefined) return undefined;
  const bytes = readOr(spool, path);
  if (typeof bytes === 'string') return setAside(path, bytes, spool);
  return isSound(bytes.toString('utf8')) ? undefined : setAside(path, CHANGED, spool);
}

/** Its last line may be torn; any other that is not whole was changed. */
function checkLedger(spool: Spool): SetAside | undefined {
  const { paths, files } = spool;
  let kept = '';
  const aside = check(spool, paths.ledger, (text) => {
    const whole = text.split('\n').slice(0, -1);
    const entries = parseLedger(text);
    kept = ledgerText(entries);
    return entries.length >= whole.length;
  });
  if (aside !== undefined && kept !== '') files.replace(paths.ledger, Buffer.from(kept));
  return aside;
}

/** Its content is nothing; it only has to be a file. */
function checkBallast(spool: Spool): SetAside | undefined {
  const { paths, files } = spool;
  if (files.size(paths.ballast) === undefined) return undefined;
  try {
    files.close(files.openForWrite(paths.ballast));
    return undefined;
  } catch (error) {
    return setAside(paths.ballast, unreadable(error), spool);
  }
}

/** Its bytes, or why there are none. */
function readOr({ files }: Spool, path: string): Buffer | string {
  try {
    return files.read(path);
  } catch (error) {
    return unreadable(error);
  }
}

const CHANGED = 'it was changed after it was written';
