import type { TrailEvent } from '@netscope/audit-ceph/reader';

/** One line for a person: when, what, where to, what came of it, and by which ids to find it. */
export function eventText(event: TrailEvent): string {
  const upstream = fieldsOf(event['upstream']);
  const result = fieldsOf(event['result']);
  const latency = upstream['latency_ms'];
  const parts = [
    event['timestamp'],
    event['event_type'],
    event['route'],
    upstream['name'],
    event['outcome'],
    upstream['status_code'],
    latency === undefined ? undefined : `${textOf(latency)} ms`,
    result['reason'] ?? result['error_code'],
    placeOf(event),
    event['request_id'] === undefined ? undefined : `request ${textOf(event['request_id'])}`,
    `trace ${textOf(event['trace_id'])}`,
  ];
  return plainText(
    parts
      .filter((part) => part !== undefined)
      .map(textOf)
      .join(' '),
  );
}

/** The fields of a nested object; none where it is something else. */
export function fieldsOf(value: unknown): TrailEvent {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value));
}

/** What a field says, in a word; JSON where it is an object. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** A trail is input: control characters of it, and marks that turn text around, reach no terminal. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu, '\uFFFD');
}

function placeOf(event: TrailEvent): string | undefined {
  const { topic, partition, offset } = fieldsOf(event['source']);
  if (topic === undefined) return undefined;
  return `${textOf(topic)}/${textOf(partition)}/${textOf(offset)}`;
}
