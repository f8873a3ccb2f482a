import type {
  WireDropNoticeEvent,
  WireLiveEvent,
  WireOffsetLostEvent,
} from '@netscope/api-server/contract';

import { formatPlural } from './format.ts';
import { parseTimestamp } from './timestamp.ts';

export type FeedTone = 'good' | 'warn' | 'bad' | 'plain';

/** One notable happening, newest first in the feed. */
export interface FeedItem {
  /** The same for the same event. */
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

const FLOW_TONES = { paused: 'warn', resumed: 'good' } as const satisfies Record<string, FeedTone>;

const RATE_LIMIT_TONES = { within: 'good', exceeded: 'warn' } as const satisfies Record<
  string,
  FeedTone
>;

/** What comes all the time has other places on the page. */
type SteadyEvent = Extract<
  WireLiveEvent,
  { event_type: 'network.request.completed' | 'system.heartbeat' | 'system.host.sampled' }
>;
type TopicEvent = Extract<WireLiveEvent, { event_type: 'system.source.topic_changed' }>;
type NotableEvent = Exclude<WireLiveEvent, SteadyEvent>;

const STEADY: ReadonlySet<string> = new Set<SteadyEvent['event_type']>([
  'network.request.completed',
  'system.heartbeat',
  'system.host.sampled',
]);

/** What the feed says of a live event; nothing for calls, heartbeats and looks at the host. */
export function feedItemOf(event: WireLiveEvent): FeedItem | undefined {
  const words = isNotable(event) ? wordsOf(event) : undefined;
  if (words === undefined) return undefined;
  const id = `${event.timestamp} ${words.title} ${words.text}`;
  return { id, atMs: parseTimestamp(event.timestamp), ...words };
}

function isNotable(event: WireLiveEvent): event is NotableEvent {
  return !STEADY.has(event.event_type);
}

type Words = Omit<FeedItem, 'id' | 'atMs'>;

function wordsOf(event: NotableEvent): Words | undefined {
  switch (event.event_type) {
    case 'system.circuit.changed':
      return {
        tone: CIRCUIT_TONES[event.to],
        title: `${event.upstream}: circuit ${event.to.replace('_', '-')}`,
        text: event.reason,
      };
    case 'system.rate_limit.changed':
      return {
        tone: RATE_LIMIT_TONES[event.state],
        title: `${event.upstream}: rate limit ${event.state}`,
        text: event.reason,
      };
    case 'system.backpressure.applied':
      return {
        tone: FLOW_TONES[event.state],
        title: `${event.topic}/${event.partition} ${event.state}`,
        text: event.reason,
      };
    case 'system.audit.degraded':
      return { tone: STATE_TONES[event.state], title: `Audit ${event.state}`, text: event.reason };
    case 'system.intake.changed':
      return {
        tone: event.state === 'running' ? 'good' : 'warn',
        title: `${event.target} ${event.name} ${event.state}`,
        text: `${event.action} by ${event.by.replace('_', ' ')}: ${event.reason}`,
      };
    case 'system.source.offset_lost':
      return { tone: 'bad', title: lossTitle(event), text: lossText(event) };
    case 'system.source.topic_changed':
      return topicWords(event);
    case 'system.ws.drop_notice':
      return { tone: 'warn', title: dropTitle(event), text: dropText(event.reason) };
  }
  // A newer server may tell what this page has no words for.
  return undefined;
}

function topicWords({ topic, state }: TopicEvent): Words {
  return state === 'missing'
    ? { tone: 'bad', title: `Topic ${topic} is gone`, text: 'The others are read on.' }
    : { tone: 'good', title: `Topic ${topic} is there again`, text: 'It is read.' };
}

function lossTitle({ topic, partition, committed }: WireOffsetLostEvent): string {
  return `${topic}/${partition}: offset ${committed} is lost`;
}

function lossText({ action, log_start: start, log_end: end }: WireOffsetLostEvent): string {
  const log = start === undefined ? 'The log' : `The log holds ${start} to ${end ?? 'its end'}: it`;
  if (action === 'held') return `${log} does not have it. The partition waits for a seek.`;
  return `${log} does not have it. Reading goes on at the ${action}.`;
}

function dropTitle({ dropped_events: count, reason }: WireDropNoticeEvent): string {
  const atLeast = reason === 'resume_gap' ? 'At least ' : '';
  return `${atLeast}${formatPlural(count, 'live event')} not shown`;
}

function dropText(reason: WireDropNoticeEvent['reason']): string {
  if (reason === 'slow_client') return 'This page was too slow for them; the totals are right.';
  return 'They passed while the page was not connected; the totals are right.';
}
