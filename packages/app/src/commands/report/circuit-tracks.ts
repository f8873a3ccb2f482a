import { timestampMs } from '@netscope/audit-ceph/reader';

import type { CircuitChange, NodeLife } from './incident-report.ts';
import { timeText } from './report-text.ts';

/** More are not drawn; the list has them. */
const TRACKS_MAX = 12;
const NAME_LENGTH_MAX = 80;
const STATES = ['closed', 'open', 'half_open', 'isolated'] as const;

interface Span {
  readonly state: (typeof STATES)[number] | 'unknown';
  readonly fromMs: number;
  readonly toMs: number;
  readonly told: string;
}

/** The states of one circuit, one after the other; a gap where its node was not running. */
export interface CircuitTrack {
  /** Upstream and node. */
  readonly name: string;
  readonly spans: readonly Span[];
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * A circuit is of one upstream in one life of a node: closed after a start, gone with its end. In a
 * life that began before the range it was, before its first change, what that change left.
 */
export function circuitTracks(
  {
    changes,
    lives,
  }: { readonly changes: readonly CircuitChange[]; readonly lives: readonly NodeLife[] },
  range: Range,
): readonly CircuitTrack[] {
  const byCircuit = Map.groupBy(changes, ({ upstream, node }) => `${upstream} in ${node}`);
  return [...byCircuit].slice(0, TRACKS_MAX).map(([name, list]) => {
    const own = lives.filter(({ node }) => node === list[0]?.node);
    const spans = own.flatMap((life, index) => {
      const itsChanges = list.filter(({ epoch }) => epoch === life.epoch);
      return spansOf(
        itsChanges,
        lifeRange(life, { range, isLast: index === own.length - 1 }),
        life,
      );
    });
    const short = name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX)}…` : name;
    return { name: short, spans: spans.filter(({ fromMs, toMs }) => toMs > fromMs) };
  });
}

/** Of one that nothing tells the end of, the last may go on; a former one was over by its last event. */
function lifeRange(
  { first, last, isStarted, isStopped }: NodeLife,
  { range, isLast }: { readonly range: Range; readonly isLast: boolean },
): Range {
  return {
    fromMs: isStarted ? within(first, range) : range.fromMs,
    toMs: isLast && !isStopped ? range.toMs : within(last, range),
  };
}

function spansOf(
  changes: readonly CircuitChange[],
  range: Range,
  { isStarted }: NodeLife,
): readonly Span[] {
  const before = changes[0]?.from ?? '';
  const start = isStarted
    ? { state: 'closed', atMs: range.fromMs, told: 'since the start' }
    : { state: before, atMs: range.fromMs, told: 'before' };
  const marks = changes.map(({ at, to, reason }) => ({
    state: to,
    atMs: within(at, range),
    told: `${timeText(at)}: ${reason}`,
  }));
  const all = [start, ...marks];
  return all.map(({ state, atMs, told }, index) => ({
    state: STATES.find((known) => known === state) ?? 'unknown',
    fromMs: atMs,
    toMs: all[index + 1]?.atMs ?? range.toMs,
    told: `${state === '' ? 'unknown' : state}, ${told}`,
  }));
}

function within(timestamp: string, { fromMs, toMs }: Range): number {
  return Math.min(toMs, Math.max(fromMs, timestampMs(timestamp) ?? fromMs));
}
