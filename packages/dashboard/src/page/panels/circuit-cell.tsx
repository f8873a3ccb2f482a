import type { UpstreamState } from '@netscope/api-server/contract';
import type { JSX } from 'preact';

import { formatAge } from '../model/format.ts';
import { parseTimestamp } from '../model/timestamp.ts';
import { Badge, type BadgeProps } from '../parts/badge.tsx';

type CircuitState = UpstreamState['circuit']['state'];

const BADGES: Readonly<Record<CircuitState, BadgeProps>> = {
  closed: { tone: 'good', icon: 'check', text: 'closed' },
  half_open: { tone: 'warn', icon: 'half', text: 'half-open' },
  open: { tone: 'bad', icon: 'stop', text: 'open' },
  isolated: { tone: 'bad', icon: 'lock', text: 'isolated' },
};

export interface CircuitCellProps {
  readonly upstream: UpstreamState;
  /** How old the answer is, so that a countdown goes on between two of them. */
  readonly answerAgeMs: number;
  readonly nowMs: number;
}

/** The circuit's state, since when, why, and what comes next. */
export function CircuitCell({ upstream, answerAgeMs, nowMs }: CircuitCellProps): JSX.Element {
  const { circuit } = upstream;
  const sinceMs = nowMs - parseTimestamp(circuit.since);
  return (
    <>
      <Badge {...BADGES[circuit.state]} />
      <span class="circuit-since">for {formatAge(sinceMs)}</span>
      {circuit.mode === 'observe' && <span class="tag">observed only</span>}
      <span class="circuit-next">{nextText(upstream, answerAgeMs)}</span>
      <p class="circuit-reason" title={circuit.reason}>
        {circuit.reason}
      </p>
    </>
  );
}

function nextText(upstream: UpstreamState, answerAgeMs: number): string {
  const openMs = upstream.circuit.open_remaining_ms;
  if (openMs !== undefined) return `next probe ${countdown(openMs - answerAgeMs)}`;
  const throttledMs = upstream.throttled_remaining_ms;
  if (throttledMs !== undefined)
    return `throttled, goes on ${countdown(throttledMs - answerAgeMs)}`;
  return '';
}

function countdown(leftMs: number): string {
  return leftMs <= 0 ? 'now' : `in ${formatAge(leftMs + 999)}`;
}
