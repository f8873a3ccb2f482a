import type { RequestContext } from '../model/request-context.ts';
import type {
  AuditEvent,
  CallAuditEvent,
  CircuitAuditEvent,
  ProcessAuditEvent,
  QuarantineAuditEvent,
} from './audit-event.ts';
import { AUDIT_EVENT_VERSION, auditEventType } from './audit-event.ts';
import { callSeverity } from './call-severity.ts';
import { FixedText } from './fixed-text.ts';
import type { JsonBytes } from './json-bytes.ts';
import { unlessPrivate } from './private-fields.ts';
import { errorText, writeCall } from './write-call.ts';

/**
 * Writes the line of one event in its wire form, up to and without `,"integrity":{...}}`: the one
 * who numbers and chains the lines closes it. What is absent is left out, never null.
 * `auditEventSchema` says what it must come to. Where there is no room, `out.isFull` tells.
 * @throws {RangeError} for a number that is not finite.
 */
export function writeAuditEvent(event: AuditEvent, out: JsonBytes): void {
  if (event.kind === 'call') writeCallEvent(event, out);
  else if (event.kind === 'quarantine') writeQuarantine(event, out);
  else writeProcessEvent(event, out);
}

const BEGIN = FixedText.of(`{"event_version":"${AUDIT_EVENT_VERSION}","event_type":`);
const TIMESTAMP = FixedText.of(',"timestamp":');
const TRACE_ID = FixedText.of(',"trace_id":');
const SPAN_ID = FixedText.of(',"span_id":');

function writeHead(event: AuditEvent, out: JsonBytes): void {
  const severity = event.kind === 'call' ? callSeverity(event.call) : severityOf(event);
  out.fixed(BEGIN.and('', auditEventType(event)).and(',"severity":', severity));
}

function severityOf(event: Exclude<AuditEvent, CallAuditEvent>): string {
  return event.kind === 'quarantine' ? 'ERROR' : event.severity;
}

const REQUEST_ID = FixedText.of(',"request_id":');
const IDEMPOTENCY_KEY = FixedText.of(',"idempotency_key":');
const ROUTE = FixedText.of('');
const PARTITION = FixedText.of(',"partition":');
const OFFSET = FixedText.of(',"offset":');
const KEY_SHA256 = FixedText.of(',"key_sha256":');

function writeCallEvent(event: CallAuditEvent, out: JsonBytes): void {
  const { context, request, result, timestampMs } = event.call;
  writeHead(event, out);
  out.timestamp(TIMESTAMP, timestampMs);
  writeIds(context, out);
  const place = ROUTE.and(',"route":', context.route)
    .and(',"route_group":', context.routeGroup)
    .and(',"method":', request.method)
    .and(',"internal_ip":', result.internalIp ?? context.internalIp)
    .and(',"external_ip":', result.externalIp ?? context.externalIp)
    .and(',"outcome":', result.outcome);
  writeSource(place, context.source, out);
  writeCall(event.call, event.excerpts, out);
}

function writeIds(context: RequestContext, out: JsonBytes): void {
  out.plain(TRACE_ID, context.traceId);
  out.plain(SPAN_ID, context.spanId);
  out.plain(REQUEST_ID, context.requestId);
  out.text(IDEMPOTENCY_KEY, unlessPrivate('idempotency_key', context.idempotencyKey, out));
}

function writeSource(before: FixedText, source: RequestContext['source'], out: JsonBytes): void {
  out.fixed(
    before
      .and(',"source":{"kind":', source.kind)
      .and(',"cluster":', source.cluster)
      .and(',"group":', source.group)
      .and(',"topic":', source.topic),
  );
  out.number(PARTITION, source.partition);
  out.quotedNumber(OFFSET, source.offset);
  out.plain(KEY_SHA256, source.keySha256);
  // Kafka's -1 is no time at all.
  out.timestamp(TIMESTAMP, source.timestampMs < 0 ? undefined : source.timestampMs);
  out.end();
}

const REASON = FixedText.of(',"result":{"reason":');
const TRIES = FixedText.of(',"tries":');
const ERROR_CODE = FixedText.of(',"error_code":');
const ERROR_MESSAGE = FixedText.of(',"error_message":');
const DEAD_LETTER = FixedText.of(',"dead_letter":{"topic":');

function writeQuarantine(event: QuarantineAuditEvent, out: JsonBytes): void {
  const { context, deadLetter, errorMessage } = event;
  writeHead(event, out);
  out.timestamp(TIMESTAMP, event.timestampMs);
  writeIds(context, out);
  const place = ROUTE.and(',"route":', context.route).and(',"route_group":', context.routeGroup);
  writeSource(place, context.source, out);
  out.fixed(REASON.and('', event.reason));
  out.number(TRIES, event.tries);
  out.text(ERROR_CODE, event.errorCode);
  const message = errorMessage === undefined ? undefined : errorText(errorMessage);
  out.text(ERROR_MESSAGE, unlessPrivate('result.error_message', message, out));
  out.fixed(DEAD_LETTER.and('', deadLetter.topic));
  out.number(PARTITION, deadLetter.partition);
  out.quotedNumber(OFFSET, deadLetter.offset);
  out.end();
  out.end();
}

const UPSTREAM = FixedText.of(',"upstream":{"name":');
const FACTS = FixedText.of(',"facts":');
const REASON_OF_CHANGE = FixedText.of(',"reason":');

function writeProcessEvent(event: CircuitAuditEvent | ProcessAuditEvent, out: JsonBytes): void {
  writeHead(event, out);
  out.timestamp(TIMESTAMP, event.timestampMs);
  out.plain(TRACE_ID, event.traceId);
  out.plain(SPAN_ID, event.spanId);
  if (event.kind === 'process') return out.json(FACTS, openFacts(event, out));
  out.fixed(
    UPSTREAM.and('', event.upstream)
      .and('},"circuit":{"from":', event.from)
      .and(',"to":', event.to),
  );
  out.text(REASON_OF_CHANGE, event.reason);
  out.end();
}

/** What an operator wrote by hand may be private; reasons of the process's own are not. */
function openFacts({ eventType, facts }: ProcessAuditEvent, out: JsonBytes): object {
  const { reason } = facts;
  if (eventType !== 'operator.action' || typeof reason !== 'string') return facts;
  const { reason: _, ...others } = facts;
  return unlessPrivate('facts.reason', reason, out) === undefined ? others : facts;
}
