import { lineHash } from './hash-chain.ts';
import { LineText } from './line-text.ts';
import { GroupNames, isNextCall, quickFacts, type QuickFacts } from './quick-line.ts';
import type { SegmentFacts } from './segment.ts';
import { timestampMs } from './timestamp-ms.ts';

/** What a file of lines was found to hold after its writer's end. */
export type LinesFinding =
  /** Nothing whole. */
  | { readonly kind: 'empty'; readonly tornBytes: number }
  /** Whole lines in one chain, and behind them at most a torn one. */
  | {
      readonly kind: 'sound';
      readonly segment: SegmentFacts;
      readonly firstPrev: string;
      readonly tornBytes: number;
      /** Whole lines stand behind the torn one. */
      readonly isHoled: boolean;
    }
  | { readonly kind: 'corrupt'; readonly reason: string };

interface LineFacts extends QuickFacts {
  readonly timeMs: number;
}

interface Walk {
  first: QuickFacts | undefined;
  /** Number of the last line. */
  seq: number;
  lastStart: number;
  /** SHA-256 of the last line. */
  head: string;
  /** Of whole, chained lines. */
  bytes: number;
  events: number;
  readonly lines: LineText;
  readonly groups: GroupNames;
  readonly onLine: (line: LineText) => void;
}

type Behind =
  | { readonly kind: 'torn' | 'holed' }
  | { readonly kind: 'changed'; readonly reason: string };

/** Why what stands behind a hole is set aside: it was never acknowledged, or a disk lost a page. */
export const HOLED = 'it has a hole, and lines behind it';

const NEWLINE = 0x0a;
/** More zeros in a row than changed bits could make. */
const HOLE = Buffer.alloc(8);

/**
 * Reads a file of lines as a crash left it. Each line must follow the one before by number and by
 * hash. The first that does not ends the walk, and is either a torn end or a sign that the file was
 * changed after it was written. `onLine` gets each line that follows; it is another one afterwards.
 */
export function readLines(
  name: string,
  bytes: Buffer,
  onLine: (line: LineText) => void = () => undefined,
): LinesFinding {
  const walk: Walk = {
    first: undefined,
    seq: 0,
    lastStart: 0,
    head: '',
    bytes: 0,
    events: 0,
    lines: new LineText(bytes),
    groups: new GroupNames(),
    onLine,
  };
  while (takeLine(walk)) continue;
  const behind = behindOf(walk, bytes);
  if (behind.kind === 'changed') return { kind: 'corrupt', reason: behind.reason };
  const isHoled = behind.kind === 'holed';
  if (isHoled && walk.first === undefined) return { kind: 'corrupt', reason: HOLED };
  const tornBytes = bytes.length - walk.bytes;
  if (walk.first === undefined) return { kind: 'empty', tornBytes };
  const opening = parseLine(bytes.subarray(0, bytes.indexOf(NEWLINE)));
  // No line behind it vouches for the last one.
  const ending = parseLine(bytes.subarray(walk.lastStart, walk.bytes - 1));
  if (opening === undefined || ending === undefined) {
    return { kind: 'corrupt', reason: 'its last line was changed' };
  }
  return {
    kind: 'sound',
    firstPrev: walk.first.prev,
    tornBytes,
    isHoled,
    segment: {
      name,
      epoch: walk.first.epoch,
      firstSeq: walk.first.seq,
      lastSeq: walk.seq,
      events: walk.events,
      bytes: walk.bytes,
      firstTimeMs: opening.timeMs,
      lastTimeMs: ending.timeMs,
      routeGroups: walk.groups.sorted(),
      head: walk.head,
    },
  };
}

/** Moves over one more line; false where there is none that follows. */
function takeLine(walk: Walk): boolean {
  const { lines } = walk;
  if (!lines.moveTo(walk.bytes) || !follows(walk)) return false;
  walk.head = lineHash(lines.line);
  walk.lastStart = walk.bytes;
  walk.bytes += lines.end - lines.start + 1;
  walk.events += 1;
  walk.onLine(lines);
  return true;
}

/** Whether the line carries on; notes its number and route group. */
function follows(walk: Walk): boolean {
  if (isPlainlyNext(walk)) {
    walk.seq += 1;
    return true;
  }
  const { line } = walk.lines;
  const facts = quickFacts(line) ?? parseLine(line);
  if (facts === undefined || !isNext(facts, walk)) return false;
  walk.first ??= facts;
  walk.seq = facts.seq;
  if (facts.routeGroup !== undefined) walk.groups.add(facts.routeGroup);
  return true;
}

function isPlainlyNext({ first, lines, seq, head, groups }: Walk): boolean {
  if (first === undefined) return false;
  const place = { epoch: first.epoch, seq: seq + 1, prev: head };
  return isNextCall(lines, place) && groups.takeFrom(lines);
}

function isNext({ epoch, seq, prev }: QuickFacts, walk: Walk): boolean {
  const { first } = walk;
  if (first === undefined) return true;
  return epoch === first.epoch && seq === walk.seq + 1 && prev === walk.head;
}

/**
 * What comes after the walk's end. A write that was cut has no newline; one that a power loss tore
 * has a hole of zeros, and pages that reached the disk may stand behind it.
 */
function behindOf(walk: Walk, bytes: Buffer): Behind {
  const behind = bytes.subarray(walk.bytes);
  let start = 0;
  let isHoled = false;
  for (let end = behind.indexOf(NEWLINE); end >= 0; end = behind.indexOf(NEWLINE, start)) {
    const line = behind.subarray(start, end);
    if (!isHole(line)) {
      if (start === 0) return changed(walk, 'is not the line that was written');
      isHoled = true;
    }
    start = end + 1;
  }
  if (isHoled) return { kind: 'holed' };
  // A whole line and one byte more: that byte was its newline.
  const isNewlineChanged = parseLine(behind.subarray(start, -1)) !== undefined;
  return isNewlineChanged ? changed(walk, 'has another newline') : { kind: 'torn' };
}

function changed({ seq }: Walk, what: string): Behind {
  return { kind: 'changed', reason: `what follows number ${seq} ${what}` };
}

/** A group begins with a line: of one whose first page was lost no more than its start may be zeros. */
function isHole(line: Buffer): boolean {
  return line[0] === 0 || line.includes(HOLE);
}

function parseLine(line: Buffer): LineFacts | undefined {
  try {
    return factsOf(JSON.parse(line.toString('utf8')));
  } catch {
    return undefined;
  }
}

function factsOf(value: unknown): LineFacts | undefined {
  const event = asFields(value);
  const integrity = asFields(event['integrity']);
  const { timestamp, route_group: routeGroup } = event;
  const { epoch, seq, prev } = integrity;
  const timeMs = typeof timestamp === 'string' ? timestampMs(timestamp) : undefined;
  if (typeof epoch !== 'string' || typeof prev !== 'string' || timeMs === undefined) {
    return undefined;
  }
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 1) return undefined;
  return {
    epoch,
    seq,
    prev,
    timeMs,
    routeGroup: typeof routeGroup === 'string' ? routeGroup : undefined,
  };
}

function asFields(value: unknown): Readonly<Record<string, unknown>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- any object has unknown fields
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
