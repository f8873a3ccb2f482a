import { hash } from 'node:crypto';

import { type AuditDigestSegment, isoTimestamp } from '@netscope/domain';

import type { EventKey } from '../../reader/trail-keys.ts';
import { type Lines, LINES_BYTES_MAX, unpackLines } from '../../reader/unpack-lines.ts';
import { checkLines, type LinesTally } from './check-lines.ts';

const NEWLINE = 0x0a;

/** The lines of a listed object; what a digest does not say of it is a flaw. */
export async function listedLines(body: Uint8Array, listed: AuditDigestSegment): Promise<Lines> {
  if (body.length !== listed.object_bytes) {
    return { flaw: lengthFlaw(body.length, listed) };
  }
  if (hash('sha256', body, 'hex') !== listed.sha256) {
    return { flaw: 'its bytes are not those that were signed' };
  }
  return unpackLines(body, { bytesMax: listed.bytes, bytes: listed.bytes });
}

/** Says that an object is not as long as the one that was signed. */
export function lengthFlaw(bytes: number, listed: AuditDigestSegment): string {
  return `it has ${bytes} bytes where ${listed.object_bytes} were signed`;
}

/** The lines of an object that no digest lists yet. */
export async function unlistedLines(body: Uint8Array): Promise<Lines> {
  return unpackLines(body, { bytesMax: LINES_BYTES_MAX });
}

/** What is wrong with lines whose facts were signed; `undefined` where nothing is. */
export function flawOfListed(
  lines: Buffer,
  place: {
    readonly node: string;
    readonly listed: AuditDigestSegment;
    readonly prev: string | undefined;
  },
): string | undefined {
  const { node, listed, prev } = place;
  const { epoch, first_seq: firstSeq, last_seq: lastSeq } = listed;
  const tally = checkLines(lines, { node, epoch, firstSeq, lastSeq, prev });
  if (tally.flaw !== undefined) return tally.flaw;
  if (tally.head !== listed.head) return 'its last line is not the one that was signed';
  if (tally.root !== listed.root) return 'its Merkle root is not the one that was signed';
  return tally.events === listed.events ? undefined : 'it has another number of lines';
}

/** Checks lines that no digest lists yet against their key and the chain before them. */
export function tallyUnlisted(
  lines: Buffer,
  place: { readonly node: string; readonly key: EventKey; readonly prev: string | undefined },
): LinesTally {
  const { node, key, prev } = place;
  const { epoch, firstSeq, lastSeq } = key;
  const tally = checkLines(lines, { node, epoch, firstSeq, lastSeq, prev });
  return { ...tally, flaw: tally.flaw ?? hourFlaw(lines, key) };
}

/** A line of another hour than the key says was moved there. */
function hourFlaw(lines: Buffer, { hourStartMs }: EventKey): string | undefined {
  const first = lines.toString('utf8', 0, Math.max(0, lines.indexOf(NEWLINE)));
  const hour = /"timestamp":"(\d{4}-\d{2}-\d{2}T\d{2})/.exec(first)?.[1];
  const due = isoTimestamp(hourStartMs).slice(0, 'YYYY-MM-DDTHH'.length);
  return hour === due ? undefined : `its events are of ${hour ?? 'no'} hour, not of ${due}`;
}
