import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { zstdDecompress } from 'node:zlib';

import { type AuditDigestSegment, isoTimestamp } from '@netscope/domain';

import type { EventKey } from '../../reader/trail-keys.ts';
import { checkLines, type LinesTally } from './check-lines.ts';

const decompress = promisify(zstdDecompress);

/** Lines of an object that nobody has signed yet take no more than this: 256 MiB. */
const UNSIGNED_BYTES_MAX = 256 * 1024 * 1024;
const NEWLINE = 0x0a;

/** An object's lines, or why it has none. */
export type Lines = { readonly lines: Buffer } | { readonly flaw: string };

/** The lines of a listed object; what a digest does not say of it is a flaw. */
export async function listedLines(body: Uint8Array, listed: AuditDigestSegment): Promise<Lines> {
  if (body.length !== listed.object_bytes) {
    return { flaw: `it has ${body.length} bytes where ${listed.object_bytes} were signed` };
  }
  if (hash('sha256', body, 'hex') !== listed.sha256) {
    return { flaw: 'its bytes are not those that were signed' };
  }
  return unpacked(body, listed.bytes);
}

/** The lines of an object that no digest lists yet. */
export async function unlistedLines(body: Uint8Array): Promise<Lines> {
  return unpacked(body, UNSIGNED_BYTES_MAX);
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

async function unpacked(body: Uint8Array, bytesMax: number): Promise<Lines> {
  try {
    return { lines: await decompress(body, { maxOutputLength: bytesMax }) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { flaw: `it is not one zstd frame of at most ${bytesMax} bytes: ${reason}` };
  }
}
