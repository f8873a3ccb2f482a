import type { WireLiveEvent } from '@netscope/api-server/contract';

import { formatCount } from './format.ts';
import { parseTimestamp } from './timestamp.ts';

export type FeedTone = 'good' | 'warn' | 'bad' | 'plain';

/** One notable happening, newest first in the feed. */
export interface FeedItem {
  /** Distinct within the page. */
  readonly id: string;
  readonly atMs: number;
  readonly tone: FeedTone;
  readonly title: string;
  readonly text: string;
}

const CIRCUIT_TONES = {
  closed: 'good',
  half_open: 'warn',
  open: 'bad',
  isolated: 'bad',
} as const satisfies Record<string, FeedTone>;

const STATE_TONES = { up: 'good', degraded: 'warn', down: 'bad' } as const satisfies Record<
  string,
  FeedTone
>;

/** What the feed says of a live event; nothing for calls and heartbeats. */
export function feedItemOf(event: WireLiveEvent): Omit<FeedItem, 'id'> | undefined {
  const atMs = parseTimestamp(event.timestamp);
  switch (event.event_type) {
    case 'system.circuit.changed':
      return {
        atMs,
        tone: CIRCUIT_TONES[event.to],
        title: `${event.upstream}: circuit ${event.to.replace('_', '-')}`,
        text: event.reason,
      };
    case 'system.backpressure.applied':
      return {
        atMs,
        tone: event.state === 'paused' ? 'warn' : 'good',
        title: `${event.topic}/${event.partition} ${event.state}`,
        text: event.reason,
      };
    case 'system.audit.degraded':
      return {
        atMs,
        tone: STATE_TONES[event.state],
        title: `Audit ${event.state}`,
        text: event.reason,
      };
    case 'system.ws.drop_notice':
      return {
        atMs,
        tone: 'warn',
        title: `${formatCount(event.dropped_events)} live events not shown`,
        text: dropText(event.reason),
      };
    case 'network.request.completed':
    case 'system.heartbeat':
      break;
  }
  return undefined;
}

function dropText(reason: 'slow_client' | 'resume_gap'): string {
  if (reason === 'slow_client') return 'This page was too slow for them; the totals are right.';
  return 'They passed while the page was not connected; the totals are right.';
}
