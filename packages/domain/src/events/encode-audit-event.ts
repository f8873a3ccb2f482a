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
import { writeCallBody, writeCallHead } from './encode-call.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { LineWriter } from './line-writer.ts';
import type { Severity } from './netscope-event.ts';

/**
 * The line of one event in its wire form, up to and without `,"integrity":{...}}`: the one who
 * numbers and chains the lines closes it. What is absent is left out, never null. Written by hand
 * because it runs once a call; `auditEventSchema` says what it must come to.
 * @throws {RangeError} for a number that is not finite.
 */
export function encodeAuditEvent(event: AuditEvent): string {
  const line = new LineWriter();
  if (event.kind === 'call') writeCall(line, event);
  else if (event.kind === 'quarantine') writeQuarantine(line, event);
  else if (event.kind === 'circuit') writeCircuit(line, event);
  else writeProcess(line, event);
  return line.toString();
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

const OPENING = `{"event_version":"${AUDIT_EVENT_VERSION}","event_type":"`;

interface Head {
  readonly type: AuditEventType;
  readonly severity: Severity;
  readonly timestampMs: number;
  readonly traceId: string;
  readonly spanId: string;
}

function writeCall(line: LineWriter, event: CallAuditEvent): void {
  const { call } = event;
  const { context } = call;
  writeHead(line, {
    type: auditEventType(event),
    severity: callSeverity(call),
    timestampMs: call.timestampMs,
    traceId: context.traceId,
    spanId: context.spanId,
  });
  writeCorrelation(line, context);
  writeCallHead(line, call);
  writeSource(line, context.source);
  writeCallBody(line, call);
}

function writeQuarantine(line: LineWriter, event: QuarantineAuditEvent): void {
  const { context, deadLetter } = event;
  writeHead(line, {
    type: 'request.quarantined',
    severity: 'ERROR',
    timestampMs: event.timestampMs,
    traceId: context.traceId,
    spanId: context.spanId,
  });
  writeCorrelation(line, context);
  writeSource(line, context.source);
  line.plain(',"result":{"reason":"', event.reason);
  line.number(',"tries":', event.tries);
  line.text(',"error_code":', event.errorCode);
  line.text(',"error_message":', event.errorMessage);
  line.text(',"dead_letter":{"topic":', deadLetter.topic);
  line.number(',"partition":', deadLetter.partition);
  if (deadLetter.offset !== undefined) line.plain(',"offset":"', String(deadLetter.offset));
  line.raw('}}');
}

function writeCircuit(line: LineWriter, event: CircuitAuditEvent): void {
  writeHead(line, { ...event, type: 'circuit.changed' });
  line.text(',"upstream":{"name":', event.upstream);
  line.plain('},"circuit":{"from":"', event.from);
  line.plain(',"to":"', event.to);
  line.text(',"reason":', event.reason);
  line.raw('}');
}

function writeProcess(line: LineWriter, event: ProcessAuditEvent): void {
  writeHead(line, { ...event, type: event.eventType });
  const mark = line.begin(',"facts":{');
  for (const [name, value] of Object.entries(event.facts)) {
    const key = `,${JSON.stringify(name)}:`;
    if (typeof value === 'string') line.text(key, value);
    else if (typeof value === 'number') line.number(key, value);
    else line.flag(key, value);
  }
  line.end(mark);
}

function writeHead(line: LineWriter, head: Head): void {
  line.plain(OPENING, head.type);
  line.plain(',"severity":"', head.severity);
  line.plain(',"timestamp":"', isoTimestamp(head.timestampMs));
  line.plain(',"trace_id":"', head.traceId);
  line.plain(',"span_id":"', head.spanId);
}

function writeCorrelation(line: LineWriter, context: RequestContext): void {
  line.plain(',"request_id":"', context.requestId);
  line.text(',"idempotency_key":', context.idempotencyKey);
  line.text(',"route":', context.route);
  line.text(',"route_group":', context.routeGroup);
}

function writeSource(line: LineWriter, source: SourceCoordinates): void {
  line.plain(',"source":{"kind":"', source.kind);
  line.text(',"cluster":', source.cluster);
  line.text(',"group":', source.group);
  line.text(',"topic":', source.topic);
  line.number(',"partition":', source.partition);
  line.plain(',"offset":"', String(source.offset));
  line.text(',"key_sha256":', source.keySha256);
  line.plain(',"timestamp":"', isoTimestamp(source.timestampMs));
  line.raw('}');
}
