import { isoTimestamp } from './iso-timestamp.ts';
import {
  type CallCompletedEvent,
  EVENT_VERSION,
  type IntakeChangedEvent,
  type NetScopeEvent,
  type Severity,
} from './netscope-event.ts';
import { offsetLossForm, phasesWireForm, verdictWireForm, wireMs } from './wire-form.ts';

/**
 * The JSON text of one live event, with the same numbers as the audit event of the same call.
 * `liveEventSchema` says what it must come to.
 * @throws {RangeError} for a time that is not finite.
 */
export function encodeLiveEvent(event: NetScopeEvent): string {
  return JSON.stringify(wireForm(event));
}

/** What every live event begins with; its author closes the object. */
export interface LiveEventHead {
  readonly eventType: string;
  readonly timestampMs: number;
  readonly traceId: string;
  readonly severity: Severity;
}

/** A notice to one client that its buffer, or the recent ring, did not hold all it should see. */
export function encodeDropNotice(
  head: Omit<LiveEventHead, 'eventType'>,
  droppedEvents: number,
  reason: 'slow_client' | 'resume_gap',
): string {
  return JSON.stringify({
    ...headForm({ ...head, eventType: 'system.ws.drop_notice' }),
    dropped_events: droppedEvents,
    reason,
  });
}

export function encodeHeartbeat(
  head: Omit<LiveEventHead, 'eventType'>,
  intervalMs: number,
  uptimeSeconds: number,
): string {
  return JSON.stringify({
    ...headForm({ ...head, eventType: 'system.heartbeat' }),
    interval_ms: intervalMs,
    uptime_seconds: uptimeSeconds,
  });
}

function wireForm(event: NetScopeEvent): object {
  if (event.eventType === 'network.request.completed') return completedForm(event);
  if (event.eventType === 'system.source.offset_lost') {
    return { ...headForm(event), ...offsetLossForm(event.loss) };
  }
  if (event.eventType === 'system.intake.changed') return intakeForm(event);
  const { eventType, timestampMs, traceId, severity, ...rest } = event;
  // What these events hold is named alike in every form: a word, with no unit and no hump.
  return { ...headForm({ eventType, timestampMs, traceId, severity }), ...rest };
}

function intakeForm(event: IntakeChangedEvent): object {
  const { target, name, action, by, state, reason, requestId } = event;
  return { ...headForm(event), target, name, action, by, state, reason, request_id: requestId };
}

function completedForm(event: CallCompletedEvent): object {
  const { context, request, result, delivered, tries } = event.call;
  const { topic, partition, offset } = context.source;
  const lastAttempt = result.attempts.at(-1);
  const isAnswered = result.outcome === 'responded';
  return {
    event_type: event.eventType,
    event_version: EVENT_VERSION,
    timestamp: isoTimestamp(event.timestampMs),
    trace_id: event.traceId,
    severity: event.severity,
    request_id: context.requestId,
    route_group: context.routeGroup,
    upstream: request.upstream,
    internal_ip: result.internalIp ?? context.internalIp,
    external_ip: result.externalIp ?? context.externalIp,
    status_code: isAnswered ? result.status : undefined,
    latency_ms: wireMs(result.latencyMs),
    verdict: verdictWireForm(result.verdict),
    retry_count: result.retryCount,
    timeout_count: result.timeoutCount,
    circuit_state: result.circuitState,
    outcome: result.outcome,
    delivered,
    method: request.method,
    attempts: result.attempts.length,
    tries,
    topic,
    partition,
    offset: String(offset),
    error_code: isAnswered ? undefined : result.error.code,
    phases_ms: lastAttempt && phasesWireForm(lastAttempt.phasesMs),
  };
}

function headForm({ eventType, timestampMs, traceId, severity }: LiveEventHead): object {
  return {
    event_type: eventType,
    event_version: EVENT_VERSION,
    timestamp: isoTimestamp(timestampMs),
    trace_id: traceId,
    severity,
  };
}
