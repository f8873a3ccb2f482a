import { timestampMs, type TrailEvent } from '@netscope/audit-ceph/reader';
import { PHASE_NAMES, type PhaseName } from '@netscope/domain';

import { fieldsOf, textOf } from '../event-text.ts';

/** Part of an attempt; ms from the call's start. */
export interface PhaseSpan {
  readonly name: PhaseName;
  readonly startMs: number;
  readonly ms: number;
}

/** One HTTP request of a call; ms from the call's start. */
export interface AttemptSpan {
  readonly number: number;
  /** What it came to: outcome, status, error. */
  readonly outcome: string;
  readonly startMs: number;
  readonly totalMs: number;
  /** The wait before it; 0 for the first. */
  readonly backoffMs: number;
  readonly phases: readonly PhaseSpan[];
}

/** One event, with its call's attempts on one scale. */
export interface EventStory {
  readonly event: TrailEvent;
  readonly attempts: readonly AttemptSpan[];
  /** Length of the scale, ms; 0 where there are no attempts. */
  readonly scaleMs: number;
}

/**
 * Events in the order of their times, those of one instant as they were written. Lengths are exact
 * to 1 µs; where in its call the first attempt began, to 1 ms.
 */
export function storiesOf(events: readonly TrailEvent[]): readonly EventStory[] {
  return events.toSorted(byTime).map((event) => {
    const { attempts } = fieldsOf(event['network']);
    const list = Array.isArray(attempts) ? attempts.map(fieldsOf) : [];
    if (list.length === 0) return { event, attempts: [], scaleMs: 0 };
    const busyMs = list.reduce((sum, one) => sum + ms(one['backoff_ms']) + ms(one['total_ms']), 0);
    const latencyMs = ms(fieldsOf(event['upstream'])['latency_ms']);
    const beforeMs = waitBefore(event, list[0] ?? {}, latencyMs);
    const firstMs = Math.max(0, Math.min(beforeMs, latencyMs - busyMs));
    const scaleMs = Math.max(latencyMs, busyMs);
    return { event, attempts: attemptsOf(list, firstMs), scaleMs };
  });
}

/** Facts of an event for a person, by name; those that it has. */
export function factsOf(event: TrailEvent): readonly (readonly [name: string, text: string])[] {
  const { topic, partition, offset } = fieldsOf(event['source']);
  const upstream = fieldsOf(event['upstream']);
  const verdict = fieldsOf(fieldsOf(event['network'])['verdict']);
  const resilience = fieldsOf(event['resilience']);
  const result = fieldsOf(event['result']);
  const payload = fieldsOf(event['payload']);
  const integrity = fieldsOf(event['integrity']);
  const facts: readonly (readonly [string, readonly unknown[]])[] = [
    ['record', [topic, partition, offset]],
    ['request', [event['request_id']]],
    ['idempotency key', [event['idempotency_key']]],
    ['to', [upstream['host'], upstream['port'], upstream['remote_address']]],
    ['from', [event['internal_ip'], event['external_ip']]],
    ['held up by', [verdict['party']]],
    ['tries', [resilience['tries']]],
    ['circuit', [resilience['circuit_state']]],
    ['headers sent', [fieldsOf(event['request'])['headers']]],
    ['body sent', shownOf(payload['request'])],
    ['headers received', [fieldsOf(event['response'])['headers']]],
    ['body received', shownOf(payload['response'])],
    ['result', [result['reason'], result['error_code'], result['error_message']]],
    ['facts', [event['facts'] ?? event['circuit']]],
    ['line', [integrity['node'], integrity['epoch'], integrity['seq']]],
  ];
  return facts.flatMap(([name, values]) => {
    const known = values.filter((value) => value !== undefined).map(textOf);
    return known.length === 0 ? [] : [[name, known.join(' ')] as const];
  });
}

/** What a route let through of a body, or why it is nothing; nothing where it shows none. */
function shownOf(side: unknown): readonly unknown[] {
  const { redacted, unread, omitted } = fieldsOf(side);
  return [redacted, unread, omitted === undefined ? undefined : `(${textOf(omitted)} omitted)`];
}

function byTime(a: TrailEvent, b: TrailEvent): number {
  const [one, other] = [textOf(a['timestamp']), textOf(b['timestamp'])];
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** From the call's start to its first attempt, ms: admission and what else came before. */
function waitBefore(event: TrailEvent, first: TrailEvent, latencyMs: number): number {
  const endMs = timestampMs(textOf(event['timestamp']));
  const startedMs = timestampMs(textOf(first['started_at']));
  if (endMs === undefined || startedMs === undefined) return 0;
  return startedMs - (endMs - latencyMs);
}

function attemptsOf(attempts: readonly TrailEvent[], firstMs: number): readonly AttemptSpan[] {
  let atMs = firstMs;
  return attempts.map((attempt, index) => {
    const [backoffMs, totalMs] = [ms(attempt['backoff_ms']), ms(attempt['total_ms'])];
    const startMs = atMs + backoffMs;
    const words = [attempt['outcome'], attempt['status_code'], attempt['error_code']];
    const outcome = words.filter((word) => word !== undefined).map(textOf);
    const phases = phasesOf(fieldsOf(attempt['phases_ms']), startMs);
    atMs = startMs + totalMs;
    const number = index + 1;
    return { number, outcome: outcome.join(' '), startMs, totalMs, backoffMs, phases };
  });
}

function phasesOf(phases: TrailEvent, attemptStartMs: number): readonly PhaseSpan[] {
  let startMs = attemptStartMs;
  return PHASE_NAMES.flatMap((name) => {
    const length = ms(phases[name]);
    if (length === 0) return [];
    const span = { name, startMs, ms: length };
    startMs += length;
    return [span];
  });
}

/** A length of time as a trail says it; 0 for what is none. */
function ms(value: unknown): number {
  return typeof value === 'number' && value > 0 ? value : 0;
}
