import type {
  WireCall,
  WirePhases,
  WireRequestCompletedEvent,
} from '@netscope/api-server/contract';

import { parseTimestamp } from './timestamp.ts';

/** One ended call as the list shows it, whether it came as a live event or from `/v1/calls`. */
export interface CallView {
  readonly requestId: string;
  /** Server's wall clock at the call's end, ms since the epoch. */
  readonly atMs: number;
  readonly upstream: string;
  readonly outcome: WireCall['outcome'];
  readonly delivered: boolean;
  readonly statusCode: number | undefined;
  readonly errorCode: string | undefined;
  readonly latencyMs: number;
  readonly attempts: number;
  readonly retryCount: number;
  /** `topic/partition@offset`. */
  readonly record: string;
  /** Of the last attempt; absent where none began. */
  readonly phases: WirePhases | undefined;
}

export function callViewOfEvent(event: WireRequestCompletedEvent): CallView {
  return {
    requestId: event.request_id,
    atMs: parseTimestamp(event.timestamp),
    upstream: event.upstream,
    outcome: event.outcome,
    delivered: event.delivered,
    statusCode: event.status_code,
    errorCode: event.error_code,
    latencyMs: event.latency_ms,
    attempts: event.attempts,
    retryCount: event.retry_count,
    record: `${event.topic}/${event.partition}@${event.offset}`,
    phases: event.phases_ms,
  };
}

export function callViewOfCall(call: WireCall): CallView {
  return {
    requestId: call.request_id,
    atMs: parseTimestamp(call.timestamp),
    upstream: call.upstream.name,
    outcome: call.outcome,
    delivered: call.delivered,
    statusCode: call.upstream.status_code,
    errorCode: call.result?.error_code,
    latencyMs: call.upstream.latency_ms,
    attempts: call.resilience.attempts,
    retryCount: call.resilience.retry_count,
    record: `${call.source.topic}/${call.source.partition}@${call.source.offset}`,
    phases: call.network.attempts.at(-1)?.phases_ms,
  };
}
