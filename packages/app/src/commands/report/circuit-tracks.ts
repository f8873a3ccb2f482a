import { timestampMs } from '@netscope/audit-ceph/reader';

import type { CircuitChange } from './incident-report.ts';
import { timeText } from './report-text.ts';

/** More are not drawn; the list has them. */
const TRACKS_MAX = 12;
const NAME_LENGTH_MAX = 80;
const STATES = ['closed', 'open', 'half_open', 'isolated'] as const;

/** The states of one circuit, one after the other. */
export interface CircuitTrack {
  /** Upstream and node. */
  readonly name: string;
  readonly spans: readonly {
    readonly state: (typeof STATES)[number] | 'unknown';
    readonly fromMs: number;
    readonly toMs: number;
    readonly told: string;
  }[];
}

/** A circuit is of one upstream in one node. Before its first change it was what that change left. */
export function circuitTracks(
  changes: readonly CircuitChange[],
  range: { readonly fromMs: number; readonly toMs: number },
): readonly CircuitTrack[] {
  const byCircuit = Map.groupBy(changes, ({ upstream, node }) => `${upstream} in ${node}`);
  return [...byCircuit].slice(0, TRACKS_MAX).map(([name, list]) => {
    const first = { state: list[0]?.from ?? '', atMs: range.fromMs, told: 'before' };
    const marks = list.map(({ at, to, reason }) => ({
      state: to,
      atMs: within(timestampMs(at) ?? range.fromMs, range),
      told: `${timeText(at)}: ${reason}`,
    }));
    const all = [first, ...marks];
    const spans = all.map(({ state, atMs, told }, index) => ({
      state: STATES.find((known) => known === state) ?? ('unknown' as const),
      fromMs: atMs,
      toMs: all[index + 1]?.atMs ?? range.toMs,
      told: `${state}, ${told}`,
    }));
    const short = name.length > NAME_LENGTH_MAX ? `${name.slice(0, NAME_LENGTH_MAX)}…` : name;
    return { name: short, spans: spans.filter(({ fromMs, toMs }) => toMs > fromMs) };
  });
}

function within(ms: number, { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) {
  return Math.min(toMs, Math.max(fromMs, ms));
}
