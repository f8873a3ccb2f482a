interface Range {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** Events that were written and lie in no file that was found. */
export type MissingEvents = Range;

/** Whether a segment shares a number with one of the others. */
export function isOverlapping(segment: Range, others: readonly Range[]): boolean {
  return others.some(
    ({ epoch, firstSeq, lastSeq }) =>
      epoch === segment.epoch && firstSeq <= segment.lastSeq && segment.firstSeq <= lastSeq,
  );
}

/**
 * Holes between segments of one epoch, and behind the last one where the head that was noted is
 * further on. After a power loss the latter may be events that were never acknowledged.
 */
export function missingEvents(
  segments: readonly Range[],
  head: { readonly epoch: string; readonly lastSeq: number } | undefined,
): readonly MissingEvents[] {
  const missing: MissingEvents[] = [];
  let before: { readonly epoch: string; readonly lastSeq: number } | undefined;
  const end = head && { epoch: head.epoch, firstSeq: head.lastSeq + 1, lastSeq: head.lastSeq };
  const all = end === undefined ? segments : [...segments, end];
  for (const range of all.toSorted(byPlace)) {
    const { epoch, firstSeq, lastSeq } = range;
    // Of an epoch whose head was noted and of which nothing is known, all is missing.
    const first = range === end ? 1 : firstSeq;
    const due = before?.epoch === epoch ? before.lastSeq + 1 : first;
    if (firstSeq > due) missing.push({ epoch, firstSeq: due, lastSeq: firstSeq - 1 });
    before = { epoch, lastSeq: Math.max(lastSeq, due - 1) };
  }
  return missing;
}

function byPlace(a: Range, b: Range): number {
  return a.epoch === b.epoch ? a.firstSeq - b.firstSeq : a.epoch < b.epoch ? -1 : 1;
}
