import { hash } from 'node:crypto';

import { prevBefore } from '../line-suffix.ts';
import { MerkleRoot } from '../merkle-root.ts';

/** Where a segment's lines must stand in their node's chain. */
export interface LinesPlace {
  readonly node: string;
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** Hash of the line before the first; `undefined` where that line is not known. */
  readonly prev: string | undefined;
}

/** What lines come to when each of them was hashed. */
export interface LinesTally {
  readonly events: number;
  /** Hash that the first line carries, whatever stands there. */
  readonly prev: string;
  /** SHA-256 of the last line. */
  readonly head: string;
  readonly root: string;
  /** The first line that is not as it must be; `undefined` where all are. */
  readonly flaw: string | undefined;
}

const NEWLINE = 0x0a;

/** Recomputes numbers, chain and Merkle root of a segment's lines. */
export function checkLines(lines: Buffer, place: LinesPlace): LinesTally {
  const names = `,"integrity":{"node":${JSON.stringify(place.node)},"epoch":"${place.epoch}","seq":`;
  // Compared byte by byte, also where a name is not ASCII.
  const opening = Buffer.from(names).toString('latin1');
  const tree = new MerkleRoot();
  const prev = firstPrev(lines);
  let head = place.prev ?? prev;
  let events = 0;
  let flaw: string | undefined;
  let start = 0;
  for (let end = lines.indexOf(NEWLINE); end >= 0; end = lines.indexOf(NEWLINE, start)) {
    const seq = place.firstSeq + events;
    const suffix = `${opening}${seq},"prev":"${head}"}}`;
    if (flaw === undefined && !endsWith(lines, suffix, { start, end })) {
      flaw = flawOf(lines.toString('utf8', start, end), { ...place, prev: head }, seq);
    }
    head = hash('sha256', lines.subarray(start, end), 'hex');
    tree.add(head);
    events += 1;
    start = end + 1;
  }
  flaw ??= endFlaw(lines.length - start, events, place);
  return { events, prev, head, root: tree.root(), flaw };
}

/** Says that a line does not carry the hash of the one before it. */
export function joinFlaw(seq: number, prev: string | undefined): string {
  return `number ${seq} does not follow the line before it: prev is ${prev}`;
}

function firstPrev(lines: Buffer): string {
  const end = lines.indexOf(NEWLINE);
  return end < 0 ? '' : prevBefore(lines, end);
}

function endsWith(lines: Buffer, suffix: string, line: { start: number; end: number }): boolean {
  const from = line.end - suffix.length;
  return from >= line.start && lines.toString('latin1', from, line.end) === suffix;
}

function flawOf(line: string, place: LinesPlace, seq: number): string {
  const found =
    /,"integrity":\{"node":("[^"]*"),"epoch":"(\w*)","seq":(\d+),"prev":"(\w*)"\}\}$/.exec(line);
  if (found === null) return `number ${seq} does not end as a line of the trail does`;
  const [, node, epoch, number, prev] = found;
  if (node !== JSON.stringify(place.node)) return `number ${seq} is of node ${node}`;
  if (epoch !== place.epoch) return `number ${seq} is of epoch ${epoch}`;
  if (number !== String(seq)) return `number ${number} stands where ${seq} is due`;
  return joinFlaw(seq, prev);
}

function endFlaw(
  rest: number,
  events: number,
  { firstSeq, lastSeq }: LinesPlace,
): string | undefined {
  if (rest > 0) return `${rest} bytes behind the last newline`;
  const due = lastSeq - firstSeq + 1;
  return events === due ? undefined : `${events} lines where ${due} are due`;
}
