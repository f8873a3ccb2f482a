import type { RequestContext } from '../model/request-context.ts';
import type { SourceCoordinates } from '../model/source-record.ts';
import type {
  AuditEvent,
  AuditEventType,
  CallAuditEvent,
  CircuitAuditEvent,
  ProcessAuditEvent,
  QuarantineAuditEvent,
} from './audit-event.ts';
import { AUDIT_EVENT_VERSION, auditEventType } from './audit-event.ts';
import { callSeverity } from './call-severity.ts';
import { callBodyFields, callHeadFields } from './encode-call.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { jsonNumber, jsonText, numberField, textField } from './json-text.ts';
import type { Severity } from './netscope-event.ts';

/**
 * The line of one event in its wire form, up to and without `,"integrity":{...}}`: the one who
 * numbers and chains the lines closes it. What is absent is left out, never null. Written by hand
 * because it runs once a call; `auditEventSchema` says what it must come to.
 * @throws {RangeError} for a number that is not finite.
 */
export function encodeAuditEvent(event: AuditEvent): string {
  if (event.kind === 'call') return encodeCall(event);
  if (event.kind === 'quarantine') return encodeQuarantine(event);
  return event.kind === 'circuit' ? encodeCircuit(event) : encodeProcess(event);
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

interface Head {
  readonly type: AuditEventType;
  readonly severity: Severity;
  readonly timestampMs: number;
  readonly traceId: string;
  readonly spanId: string;
}

function encodeCall(event: CallAuditEvent): string {
  const { call } = event;
  const { context } = call;
  const head = headFields({
    type: auditEventType(event),
    severity: callSeverity(call),
    timestampMs: call.timestampMs,
    traceId: context.traceId,
    spanId: context.spanId,
  });
  return (
    head +
    correlationFields(context) +
    callHeadFields(call) +
    sourceField(context.source) +
    callBodyFields(call)
  );
}

function encodeQuarantine(event: QuarantineAuditEvent): string {
  const { context, deadLetter } = event;
  const { offset } = deadLetter;
  const head = headFields({
    type: 'request.quarantined',
    severity: 'ERROR',
    timestampMs: event.timestampMs,
    traceId: context.traceId,
    spanId: context.spanId,
  });
  const place = `{"topic":${jsonText(deadLetter.topic)},"partition":${deadLetter.partition}${offset === undefined ? '' : `,"offset":"${offset}"`}}`;
  const result = `,"result":{"reason":"${event.reason}","tries":${event.tries}${textField('error_code', event.errorCode)}${textField('error_message', event.errorMessage)},"dead_letter":${place}}`;
  return head + correlationFields(context) + sourceField(context.source) + result;
}

function encodeCircuit(event: CircuitAuditEvent): string {
  const change = `,"circuit":{"from":"${event.from}","to":"${event.to}","reason":${jsonText(event.reason)}}`;
  const upstream = `,"upstream":{"name":${jsonText(event.upstream)}}`;
  return headFields({ ...event, type: 'circuit.changed' }) + upstream + change;
}

function encodeProcess(event: ProcessAuditEvent): string {
  let facts = '';
  for (const [name, value] of Object.entries(event.facts)) {
    facts += `,${jsonText(name)}:${factJson(value)}`;
  }
  return `${headFields({ ...event, type: event.eventType })},"facts":{${facts.slice(1)}}`;
}

function factJson(value: string | number | boolean): string {
  if (typeof value === 'string') return jsonText(value);
  return typeof value === 'number' ? jsonNumber(value) : String(value);
}

function headFields(head: Head): string {
  return `{"event_version":"${AUDIT_EVENT_VERSION}","event_type":"${head.type}","severity":"${head.severity}","timestamp":"${isoTimestamp(head.timestampMs)}","trace_id":"${head.traceId}","span_id":"${head.spanId}"`;
}

function correlationFields(context: RequestContext): string {
  return `,"request_id":"${context.requestId}","idempotency_key":${jsonText(context.idempotencyKey)}${textField('route', context.route)}${textField('route_group', context.routeGroup)}`;
}

function sourceField(source: SourceCoordinates): string {
  return `,"source":{"kind":"${source.kind}","cluster":${jsonText(source.cluster)},"group":${jsonText(source.group)},"topic":${jsonText(source.topic)}${numberField('partition', source.partition)},"offset":"${source.offset}"${textField('key_sha256', source.keySha256)},"timestamp":"${isoTimestamp(source.timestampMs)}"}`;
}
