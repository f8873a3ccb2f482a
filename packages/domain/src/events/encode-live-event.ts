import { phasesField, verdictField } from './encode-call.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { jsonMs, jsonText, numberField, textField } from './json-text.ts';
import {
  type AuditDegradedEvent,
  type BackpressureEvent,
  type CallCompletedEvent,
  type CircuitChangedEvent,
  EVENT_VERSION,
  type NetScopeEvent,
  type Severity,
} from './netscope-event.ts';

/**
 * The JSON text of one live event, with the same numbers as the audit event of the same call.
 * `liveEventSchema` says what it must come to.
 * @throws {RangeError} for a number that is not finite.
 */
export function encodeLiveEvent(event: NetScopeEvent): string {
  if (event.eventType === 'network.request.completed') return encodeCompleted(event);
  if (event.eventType === 'system.circuit.changed') return encodeCircuit(event);
  return event.eventType === 'system.audit.degraded'
    ? encodeAudit(event)
    : encodeBackpressure(event);
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
  const opening = headText({ ...head, eventType: 'system.ws.drop_notice' });
  return `${opening},"dropped_events":${droppedEvents},"reason":"${reason}"}`;
}

export function encodeHeartbeat(
  head: Omit<LiveEventHead, 'eventType'>,
  intervalMs: number,
  uptimeSeconds: number,
): string {
  const opening = headText({ ...head, eventType: 'system.heartbeat' });
  return `${opening},"interval_ms":${intervalMs}${numberField('uptime_seconds', uptimeSeconds)}}`;
}

function encodeCompleted(event: CallCompletedEvent): string {
  const { context, request, result, delivered, tries } = event.call;
  const { source } = context;
  const status = result.outcome === 'responded' ? result.status : undefined;
  const errorCode = result.outcome === 'responded' ? undefined : result.error.code;
  const lastAttempt = result.attempts.at(-1);
  return (
    headText(event) +
    `,"request_id":"${context.requestId}"${textField('route_group', context.routeGroup)}` +
    `,"upstream":${jsonText(request.upstream)}` +
    textField('internal_ip', result.internalIp ?? context.internalIp) +
    textField('external_ip', result.externalIp ?? context.externalIp) +
    `${numberField('status_code', status)},"latency_ms":${jsonMs(result.latencyMs)}` +
    verdictField(result.verdict) +
    `,"retry_count":${result.retryCount},"timeout_count":${result.timeoutCount}` +
    `,"circuit_state":"${result.circuitState}","outcome":"${result.outcome}"` +
    `,"delivered":${delivered},"method":"${request.method}"` +
    `,"attempts":${result.attempts.length},"tries":${tries}` +
    `,"topic":${jsonText(source.topic)},"partition":${source.partition},"offset":"${source.offset}"` +
    textField('error_code', errorCode) +
    (lastAttempt === undefined ? '' : phasesField(lastAttempt.phasesMs)) +
    '}'
  );
}

function encodeCircuit(event: CircuitChangedEvent): string {
  return `${headText(event)},"upstream":${jsonText(event.upstream)},"from":"${event.from}","to":"${event.to}","reason":${jsonText(event.reason)}}`;
}

function encodeBackpressure(event: BackpressureEvent): string {
  return `${headText(event)},"topic":${jsonText(event.topic)},"partition":${event.partition},"state":"${event.state}","reason":${jsonText(event.reason)}}`;
}

function encodeAudit(event: AuditDegradedEvent): string {
  return `${headText(event)},"state":"${event.state}","reason":${jsonText(event.reason)}}`;
}

function headText({ eventType, timestampMs, traceId, severity }: LiveEventHead): string {
  return `{"event_type":"${eventType}","event_version":"${EVENT_VERSION}","timestamp":"${isoTimestamp(timestampMs)}","trace_id":"${traceId}","severity":"${severity}"`;
}
