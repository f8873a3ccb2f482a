import { hash } from 'node:crypto';

import type { AuditDigestSegment } from '@netscope/domain';

import type { EventKey } from '../../reader/trail-keys.ts';
import { type Lines, LINES_BYTES_MAX, unpackLinesNow } from '../../reader/unpack-lines.ts';
import { checkLines } from './check-lines.ts';
import { toldDamage } from './told-damage.ts';

/** An object that a digest lists. */
export interface ListedJob {
  readonly kind: 'listed';
  readonly body: Uint8Array;
  readonly node: string;
  readonly listed: AuditDigestSegment;
  /** Hash that its first line must carry; `undefined` where it is not known. */
  readonly prev: string | undefined;
}

/** An object that no digest lists yet. */
export interface UnlistedJob {
  readonly kind: 'unlisted';
  readonly body: Uint8Array;
  readonly node: string;
  readonly key: Pick<EventKey, 'epoch' | 'firstSeq' | 'lastSeq'>;
  /** That of its key, `YYYY-MM-DDTHH`. */
  readonly hour: string;
}

/** One object's bytes, and what they must come to. Plain values: threads hand them over. */
export type SegmentJob = ListedJob | UnlistedJob;

/** What an object's bytes came to. */
export interface SegmentVerdict {
  /** What is wrong with them; `undefined` where nothing is. */
  readonly flaw: string | undefined;
  /** Lines that were read. */
  readonly events: number;
  /** Hash that the first line carries; empty where there is no line. */
  readonly prev: string;
  /** SHA-256 of the last line; empty where there is no line. */
  readonly head: string;
  /** What its lines say of events that are nowhere. */
  readonly damage: readonly string[];
}

const NEWLINE = 0x0a;

/** Recomputes one object, all of it: bytes, frame, lines, chain and Merkle root. */
export function checkSegment(job: SegmentJob): SegmentVerdict {
  return job.kind === 'listed' ? checkListed(job) : checkUnlisted(job);
}

/** Of bytes that have no lines to look at. */
export function flawedSegment(flaw: string): SegmentVerdict {
  return { flaw, events: 0, prev: '', head: '', damage: [] };
}

/** Says that an object is not as long as the one that was signed. */
export function lengthFlaw(bytes: number, listed: AuditDigestSegment): string {
  return `it has ${bytes} bytes where ${listed.object_bytes} were signed`;
}

/** What its digest does not say of it is a flaw. */
function checkListed({ body, node, listed, prev }: ListedJob): SegmentVerdict {
  const found = listedLines(body, listed);
  if ('flaw' in found) return flawedSegment(found.flaw);
  const { epoch, first_seq: firstSeq, last_seq: lastSeq } = listed;
  const tally = checkLines(found.lines, { node, epoch, firstSeq, lastSeq, prev });
  const damage = toldDamage(found.lines);
  return { ...tally, flaw: tally.flaw ?? unsignedFact(tally, listed), damage };
}

function listedLines(body: Uint8Array, listed: AuditDigestSegment): Lines {
  if (body.length !== listed.object_bytes) return { flaw: lengthFlaw(body.length, listed) };
  if (hash('sha256', body, 'hex') !== listed.sha256) {
    return { flaw: 'its bytes are not those that were signed' };
  }
  return unpackLinesNow(body, { bytesMax: listed.bytes, bytes: listed.bytes });
}

function unsignedFact(
  tally: { readonly head: string; readonly root: string; readonly events: number },
  listed: AuditDigestSegment,
): string | undefined {
  if (tally.head !== listed.head) return 'its last line is not the one that was signed';
  if (tally.root !== listed.root) return 'its Merkle root is not the one that was signed';
  return tally.events === listed.events ? undefined : 'it has another number of lines';
}

/** Checked against its key; whether it joins what came before is for who knows that. */
function checkUnlisted({ body, node, key, hour }: UnlistedJob): SegmentVerdict {
  const found = unpackLinesNow(body, { bytesMax: LINES_BYTES_MAX });
  if ('flaw' in found) return flawedSegment(found.flaw);
  const { epoch, firstSeq, lastSeq } = key;
  const tally = checkLines(found.lines, { node, epoch, firstSeq, lastSeq, prev: undefined });
  const damage = toldDamage(found.lines);
  return { ...tally, flaw: tally.flaw ?? hourFlaw(found.lines, hour), damage };
}

/** A line of another hour than the key says was moved there. */
function hourFlaw(lines: Buffer, due: string): string | undefined {
  const first = lines.toString('utf8', 0, Math.max(0, lines.indexOf(NEWLINE)));
  const hour = /"timestamp":"(\d{4}-\d{2}-\d{2}T\d{2})/.exec(first)?.[1];
  return hour === due ? undefined : `its events are of ${hour ?? 'no'} hour, not of ${due}`;
}
