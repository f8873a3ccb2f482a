import type { SourceCoordinates } from '../model/source-record.ts';
import { writePhases, writeVerdict } from './encode-call.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { LineWriter } from './line-writer.ts';
import {
  type AuditDegradedEvent,
  type BackpressureEvent,
  type CallCompletedEvent,
  type CircuitChangedEvent,
  EVENT_VERSION,
  type NetScopeEvent,
  type Severity,
} from './netscope-event.ts';

const OPENING = `,"event_version":"${EVENT_VERSION}","timestamp":"`;

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
  const line = begun({ ...head, eventType: 'system.ws.drop_notice' });
  line.number(',"dropped_events":', droppedEvents);
  line.plain(',"reason":"', reason);
  return ended(line);
}

export function encodeHeartbeat(
  head: Omit<LiveEventHead, 'eventType'>,
  intervalMs: number,
  uptimeSeconds: number,
): string {
  const line = begun({ ...head, eventType: 'system.heartbeat' });
  line.number(',"interval_ms":', intervalMs);
  line.number(',"uptime_seconds":', uptimeSeconds);
  return ended(line);
}

function encodeCompleted(event: CallCompletedEvent): string {
  const { context, request, result, delivered, tries } = event.call;
  const line = begun(event);
  line.plain(',"request_id":"', context.requestId);
  line.text(',"route_group":', context.routeGroup);
  line.text(',"upstream":', request.upstream);
  line.text(',"internal_ip":', result.internalIp ?? context.internalIp);
  line.text(',"external_ip":', result.externalIp ?? context.externalIp);
  if (result.outcome === 'responded') line.number(',"status_code":', result.status);
  line.ms(',"latency_ms":', result.latencyMs);
  if (result.verdict !== undefined) writeVerdict(line, result.verdict);
  line.number(',"retry_count":', result.retryCount);
  line.number(',"timeout_count":', result.timeoutCount);
  line.plain(',"circuit_state":"', result.circuitState);
  line.plain(',"outcome":"', result.outcome);
  line.flag(',"delivered":', delivered);
  line.plain(',"method":"', request.method);
  line.number(',"attempts":', result.attempts.length);
  line.number(',"tries":', tries);
  writePlace(line, context.source);
  if (result.outcome !== 'responded') line.text(',"error_code":', result.error.code);
  const lastAttempt = result.attempts.at(-1);
  if (lastAttempt !== undefined) writePhases(line, lastAttempt.phasesMs);
  return ended(line);
}

function writePlace(line: LineWriter, { topic, partition, offset }: SourceCoordinates): void {
  line.text(',"topic":', topic);
  line.number(',"partition":', partition);
  line.plain(',"offset":"', String(offset));
}

function encodeCircuit(event: CircuitChangedEvent): string {
  const line = begun(event);
  line.text(',"upstream":', event.upstream);
  line.plain(',"from":"', event.from);
  line.plain(',"to":"', event.to);
  line.text(',"reason":', event.reason);
  return ended(line);
}

function encodeBackpressure(event: BackpressureEvent): string {
  const line = begun(event);
  line.text(',"topic":', event.topic);
  line.number(',"partition":', event.partition);
  line.plain(',"state":"', event.state);
  line.text(',"reason":', event.reason);
  return ended(line);
}

function encodeAudit(event: AuditDegradedEvent): string {
  const line = begun(event);
  line.plain(',"state":"', event.state);
  line.text(',"reason":', event.reason);
  return ended(line);
}

function begun({ eventType, timestampMs, traceId, severity }: LiveEventHead): LineWriter {
  const line = new LineWriter();
  line.plain('{"event_type":"', eventType);
  line.plain(OPENING, isoTimestamp(timestampMs));
  line.plain(',"trace_id":"', traceId);
  line.plain(',"severity":"', severity);
  return line;
}

function ended(line: LineWriter): string {
  line.raw('}');
  return line.toString();
}
