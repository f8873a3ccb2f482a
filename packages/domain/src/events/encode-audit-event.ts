import type {
  AuditEvent,
  CallAuditEvent,
  CircuitAuditEvent,
  ProcessAuditEvent,
  QuarantineAuditEvent,
} from './audit-event.ts';
import { AUDIT_EVENT_VERSION, auditEventType } from './audit-event.ts';
import { callSeverity } from './call-severity.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { callWireForm, errorText, sourceWireForm } from './wire-form.ts';

/**
 * The line of one event in its wire form, up to and without `,"integrity":{...}}`: the one who
 * numbers and chains the lines closes it. What is absent is left out, never null.
 * `auditEventSchema` says what it must come to. Measured: one object of fixed shape written by
 * `JSON.stringify` costs less than strings added up or joined.
 * @throws {RangeError} for a time that is not finite.
 */
export function encodeAuditEvent(event: AuditEvent): string {
  return JSON.stringify(wireForm(event)).slice(0, -1);
}

/** When it happened, wall clock, ms since the epoch: it decides the object that holds the event. */
export function auditEventTimeMs(event: AuditEvent): number {
  return event.kind === 'call' ? event.call.timestampMs : event.timestampMs;
}

/** The route group, where a route matched. */
export function auditEventGroup(event: AuditEvent): string | undefined {
  if (event.kind === 'call') return event.call.context.routeGroup;
  return event.kind === 'quarantine' ? event.context.routeGroup : undefined;
}

function wireForm(event: AuditEvent): object {
  if (event.kind === 'call') return callForm(event);
  if (event.kind === 'quarantine') return quarantineForm(event);
  return event.kind === 'circuit' ? circuitForm(event) : processForm(event);
}

function callForm(event: CallAuditEvent): object {
  const { call } = event;
  const { context, request, result } = call;
  const parts = callWireForm(call);
  return {
    event_version: AUDIT_EVENT_VERSION,
    event_type: auditEventType(event),
    severity: callSeverity(call),
    timestamp: isoTimestamp(call.timestampMs),
    trace_id: context.traceId,
    span_id: context.spanId,
    request_id: context.requestId,
    idempotency_key: context.idempotencyKey,
    route: context.route,
    route_group: context.routeGroup,
    method: request.method,
    internal_ip: result.internalIp ?? context.internalIp,
    external_ip: result.externalIp ?? context.externalIp,
    outcome: result.outcome,
    source: sourceWireForm(context.source),
    upstream: parts.upstream,
    resilience: parts.resilience,
    network: parts.network,
    request: parts.request,
    payload: parts.payload,
    response: parts.response,
    result: parts.result,
  };
}

function quarantineForm(event: QuarantineAuditEvent): object {
  const { context, deadLetter } = event;
  const { offset } = deadLetter;
  return {
    event_version: AUDIT_EVENT_VERSION,
    event_type: auditEventType(event),
    severity: 'ERROR',
    timestamp: isoTimestamp(event.timestampMs),
    trace_id: context.traceId,
    span_id: context.spanId,
    request_id: context.requestId,
    idempotency_key: context.idempotencyKey,
    route: context.route,
    route_group: context.routeGroup,
    source: sourceWireForm(context.source),
    result: {
      reason: event.reason,
      tries: event.tries,
      error_code: event.errorCode,
      error_message: event.errorMessage === undefined ? undefined : errorText(event.errorMessage),
      dead_letter: {
        topic: deadLetter.topic,
        partition: deadLetter.partition,
        offset: offset === undefined ? undefined : String(offset),
      },
    },
  };
}

function circuitForm(event: CircuitAuditEvent): object {
  const { from, to, reason } = event;
  return {
    ...processHead(event),
    upstream: { name: event.upstream },
    circuit: { from, to, reason },
  };
}

function processForm(event: ProcessAuditEvent): object {
  return { ...processHead(event), facts: event.facts };
}

function processHead(event: CircuitAuditEvent | ProcessAuditEvent): object {
  return {
    event_version: AUDIT_EVENT_VERSION,
    event_type: auditEventType(event),
    severity: event.severity,
    timestamp: isoTimestamp(event.timestampMs),
    trace_id: event.traceId,
    span_id: event.spanId,
  };
}
