import type { AuditExcerpt, CallExcerpts, SideExcerpts } from '../model/audit-excerpt.ts';
import type { CallRecord } from '../model/call-record.ts';
import type { OutboundResult } from '../model/outbound-result.ts';
import type { Verdict } from '../model/verdict.ts';
import { FixedText } from './fixed-text.ts';
import type { JsonBytes } from './json-bytes.ts';
import { type PrivateField, unlessPrivate } from './private-fields.ts';
import { writeAttempt } from './write-attempt.ts';

/** Writes what a call came to, from `upstream` on, in the order of `audit.md`. */
export function writeCall(
  call: CallRecord,
  excerpts: CallExcerpts | undefined,
  out: JsonBytes,
): void {
  writeUpstream(call, out);
  writeResilience(call, out);
  writeNetwork(call.result, out);
  writeRequest(call.request, excerpts, out);
  writePayload(call, excerpts, out);
  writeEnd(call.result, excerpts?.response, out);
}

const UPSTREAM = FixedText.of(',"upstream":{"name":');
const LATENCY_MS = FixedText.of(',"latency_ms":');

function writeUpstream({ request, result }: CallRecord, out: JsonBytes): void {
  const status = result.outcome === 'responded' ? result.status : undefined;
  const remoteAddress = unlessPrivate('upstream.remote_address', result.remoteAddress, out);
  out.fixed(
    UPSTREAM.and('', request.upstream)
      .and(',"host":', request.host)
      .and(',"port":', request.port)
      .and(',"remote_address":', remoteAddress)
      .and(',"status_code":', status),
  );
  out.ms(LATENCY_MS, result.latencyMs);
  out.end();
}

const RESILIENCE = FixedText.of(',"resilience":{"attempts":');
const ELAPSED_MS = FixedText.of(',"elapsed_ms":');
const CIRCUIT_STATE = FixedText.of(',"circuit_state":');
const BACKPRESSURE_MS = FixedText.of(',"backpressure_ms":');

function writeResilience({ result, tries, backpressureMs }: CallRecord, out: JsonBytes): void {
  const timedOut = result.outcome === 'timed_out' ? result : result.lastTimeout;
  out.fixed(
    RESILIENCE.and('', result.attempts.length)
      .and(',"retry_count":', result.retryCount)
      .and(',"timeout_count":', result.timeoutCount)
      .and(',"timeout_type":', timedOut?.timeoutType),
  );
  out.ms(ELAPSED_MS, timedOut?.elapsedMs);
  out.fixed(CIRCUIT_STATE.and('', result.circuitState).and(',"tries":', tries));
  out.ms(BACKPRESSURE_MS, backpressureMs);
  out.end();
}

const BYTES_SENT = FixedText.of(',"network":{"bytes_sent":');
const BYTES_RECEIVED = FixedText.of(',"bytes_received":');
const ATTEMPTS = FixedText.of(',"attempts":');

function writeNetwork(result: OutboundResult, out: JsonBytes): void {
  out.number(BYTES_SENT, result.bytesSent);
  out.number(BYTES_RECEIVED, result.bytesReceived);
  out.fixed(ATTEMPTS);
  const start = out.at;
  for (let index = 0; index < result.attempts.length; index += 1) {
    const attempt = result.attempts[index];
    if (attempt !== undefined) writeAttempt(attempt, index, out);
  }
  out.endList(start);
  if (result.verdict !== undefined) writeVerdict(result.verdict, out);
  out.end();
}

const VERDICT = FixedText.of(',"verdict":{"party":');
const NETWORK_MS = FixedText.of(',"network_ms":');
const UPSTREAM_MS = FixedText.of(',"upstream_ms":');
const LOCAL_MS = FixedText.of(',"local_ms":');

function writeVerdict(verdict: Verdict, out: JsonBytes): void {
  out.fixed(VERDICT.and('', verdict.party).and(',"path":', verdict.path));
  out.ms(NETWORK_MS, verdict.networkMs);
  out.ms(UPSTREAM_MS, verdict.upstreamMs);
  out.ms(LOCAL_MS, verdict.localMs);
  out.end();
}

const REQUEST = FixedText.of(',"request":{"path_template":');
const TARGET_SHA256 = FixedText.of(',"target_sha256":');
const CONTENT_TYPE = FixedText.of('');

function writeRequest(
  request: CallRecord['request'],
  excerpts: CallExcerpts | undefined,
  out: JsonBytes,
): void {
  out.fixed(REQUEST.and('', request.pathTemplate));
  out.plain(TARGET_SHA256, unlessPrivate('request.target_sha256', request.targetSha256, out));
  const contentType = CONTENT_TYPE.and(',"content_type":', request.contentType);
  if (excerpts === undefined) return out.fixed(contentType.plus('},"payload":'));
  out.fixed(contentType);
  const { headers } = excerpts.request;
  writeHeaders(unlessPrivate('request.headers', headers.json, out), headers.omitted, out);
  out.fixed(PAYLOAD);
}

const PAYLOAD = FixedText.of('},"payload":');
const HEADERS = FixedText.of(',"headers":');
const HEADERS_OMITTED = FixedText.of(',"headers_omitted":');

function writeHeaders(json: Uint8Array | undefined, omitted: number, out: JsonBytes): void {
  out.raw(HEADERS, json);
  if (omitted > 0) out.number(HEADERS_OMITTED, omitted);
}

const SENT_SHA256 = FixedText.of(',"request":{"sha256":');
const RESPONSE_SHA256 = FixedText.of(',"response":{"sha256":');
const SENT_BYTES = FixedText.of(',"request":{"bytes":');
const RESPONSE_BYTES = FixedText.of(',"response":{"bytes":');
const BYTES = FixedText.of(',"bytes":');

function writePayload(call: CallRecord, excerpts: CallExcerpts | undefined, out: JsonBytes): void {
  const start = out.at;
  if (call.auditBodies === undefined) writeBodies(call, excerpts, out);
  out.endObject(start);
}

function writeBodies(
  { request, result }: CallRecord,
  excerpts: CallExcerpts | undefined,
  out: JsonBytes,
): void {
  if (request.payload !== undefined) {
    const sha256 = unlessPrivate('payload.request.sha256', request.payload.sha256, out);
    out.plain(SENT_SHA256, sha256);
    out.number(sha256 === undefined ? SENT_BYTES : BYTES, request.payload.bytes);
    if (excerpts !== undefined)
      writeExcerpt('payload.request.redacted', excerpts.request.body, out);
    out.end();
  }
  if (result.outcome === 'responded') {
    const sha256 = unlessPrivate('payload.response.sha256', result.response.sha256, out);
    out.plain(RESPONSE_SHA256, sha256);
    out.number(sha256 === undefined ? RESPONSE_BYTES : BYTES, result.response.bytes);
    const body = excerpts?.response?.body;
    if (body !== undefined) writeExcerpt('payload.response.redacted', body, out);
    out.end();
  }
}

const REDACTED = FixedText.of(',"redacted":');
const OMITTED = FixedText.of(',"omitted":');
const UNREAD = FixedText.of('');

function writeExcerpt(
  field: PrivateField,
  { json, omitted, unread }: AuditExcerpt,
  out: JsonBytes,
): void {
  out.raw(REDACTED, unlessPrivate(field, json, out));
  if (omitted > 0) out.number(OMITTED, omitted);
  if (unread !== undefined) out.fixed(UNREAD.and(',"unread":', unread));
}

const TRUNCATED = FixedText.of(',"response":{"truncated":true}');
const RESULT = FixedText.of(',"result":{"error_code":');
const ERROR_MESSAGE = FixedText.of(',"error_message":');

function writeEnd(
  result: OutboundResult,
  excerpts: SideExcerpts | undefined,
  out: JsonBytes,
): void {
  if (result.outcome === 'responded') {
    if (excerpts !== undefined) writeResponse(result.truncated, excerpts.headers, out);
    else if (result.truncated) out.fixed(TRUNCATED);
    return;
  }
  out.fixed(RESULT.and('', result.error.code));
  const message = errorText(result.error.message);
  out.text(ERROR_MESSAGE, unlessPrivate('result.error_message', message, out));
  out.end();
}

const RESPONSE = FixedText.of(',"response":');
const IS_TRUNCATED = FixedText.of(',"truncated":true');

function writeResponse(isTruncated: boolean, headers: AuditExcerpt, out: JsonBytes): void {
  const { omitted } = headers;
  const json = unlessPrivate('response.headers', headers.json, out);
  if (!isTruncated && json === undefined && omitted === 0) return;
  out.fixed(RESPONSE);
  const start = out.at;
  if (isTruncated) out.fixed(IS_TRUNCATED);
  writeHeaders(json, omitted, out);
  out.endObject(start);
}

/** An event must fit the audit ring whatever a library puts into a message. */
const ERROR_TEXT_MAX = 1000;

/** An error's sentence, cut where it is longer than any sentence should be. */
export function errorText(message: string): string {
  return message.length > ERROR_TEXT_MAX ? `${message.slice(0, ERROR_TEXT_MAX)}…` : message;
}
