import type { Log } from '@netscope/domain';

import type { OpenedSpool } from './open-spool.ts';

/** What was not whole when a spool was opened, and that the trail does not tell of yet. */
export interface SpoolDamage {
  /** Files set aside. */
  readonly files: number;
  /** Written, and in no file that was found. After a power loss some may never have been acknowledged. */
  readonly events: number;
}

/** Counts what `tellRecovered` names, now and in lives before that told the trail nothing. */
export function damageIn({ recovered, untold }: OpenedSpool): SpoolDamage {
  const { quarantined, missing } = recovered;
  const events = missing.reduce((sum, range) => sum + range.lastSeq - range.firstSeq + 1, 0);
  return { files: quarantined.length + (untold?.files ?? 0), events };
}

/** Logs what the start of a spool set aside, cut off or did not find, each with its name. */
export function tellRecovered({ recovered, journal }: OpenedSpool, log: Log): void {
  for (const aside of recovered.quarantined) {
    log.warn('audit.segment_quarantined', QUARANTINE, { ...aside });
  }
  for (const { epoch, firstSeq, lastSeq } of recovered.missing) {
    log.warn('audit.events_missing', MISSING, { epoch, first_seq: firstSeq, last_seq: lastSeq });
  }
  if (recovered.tornLines > 0) log.warn('audit.torn_line', TORN, { lines: recovered.tornLines });
  const { dropped } = journal;
  if (dropped > 0) log.warn('audit.journal_cut', JOURNAL_CUT, { records: dropped });
}

const JOURNAL_CUT =
  'More was settled since the last commit than the journal holds: it is repeated.';
const MISSING = 'Events that were written are in no file of the spool; see its quarantine.';
const QUARANTINE = 'A file of the spool was changed on disk and is set aside.';
const TORN = 'The last life of the spool ended within a line, which was never acknowledged.';
