import { timestampMs } from '../spool/timestamp-ms.ts';
import type { TimeRange } from './time-range.ts';

/** An event as it was read: a JSON object whose fields are looked up by name. */
export type TrailEvent = Readonly<Record<string, unknown>>;

/** What events are looked for; what is `undefined` matches all. */
export interface EventFilter {
  readonly routeGroup?: string | undefined;
  readonly traceId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly outcome?: string | undefined;
  readonly status?: number | undefined;
}

/** Whether an event is in the range and all that is asked of it holds. */
export function matches(event: TrailEvent, filter: EventFilter, range: TimeRange): boolean {
  return (
    is(event['route_group'], filter.routeGroup) &&
    is(event['trace_id'], filter.traceId) &&
    is(event['request_id'], filter.requestId) &&
    is(event['idempotency_key'], filter.idempotencyKey) &&
    is(event['outcome'], filter.outcome) &&
    is(statusOf(event), filter.status) &&
    isWithin(event, range)
  );
}

/** Bytes that every line that matches has somewhere; `undefined` where nothing is that telling. */
export function needleOf(filter: EventFilter): Buffer | undefined {
  const text = filter.requestId ?? filter.traceId ?? filter.idempotencyKey ?? filter.outcome;
  // In JSON some characters have other forms, and the bytes would not be found.
  return text === undefined || !/^[\w.:/-]+$/.test(text) ? undefined : Buffer.from(text);
}

/** Whether more is asked than the metadata of an object tells. */
export function asksOfEvents(filter: EventFilter): boolean {
  const asked = Object.values({ ...filter, routeGroup: undefined });
  return asked.some((value) => value !== undefined);
}

/** The same without what is asked of fields that may be encrypted. */
export function openFilter(filter: EventFilter): EventFilter {
  return { ...filter, idempotencyKey: undefined };
}

/** The status that the upstream answered with, where it did. */
export function statusOf(event: TrailEvent): unknown {
  const { upstream } = event;
  if (typeof upstream !== 'object' || upstream === null || !('status_code' in upstream)) {
    return undefined;
  }
  return upstream.status_code;
}

function is(found: unknown, wanted: string | number | undefined): boolean {
  return wanted === undefined || found === wanted;
}

function isWithin({ timestamp }: TrailEvent, { fromMs, toMs }: TimeRange): boolean {
  if (fromMs === undefined && toMs === undefined) return true;
  const ms = typeof timestamp === 'string' ? timestampMs(timestamp) : undefined;
  if (ms === undefined) return false;
  return (fromMs === undefined || ms >= fromMs) && (toMs === undefined || ms < toMs);
}
