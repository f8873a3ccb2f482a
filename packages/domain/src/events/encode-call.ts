import type { Attempt, PhasesMs, SocketFacts, TlsFacts } from '../model/attempt.ts';
import type { CallRecord, RequestFacts } from '../model/call-record.ts';
import type { BodyDigest, OutboundResult } from '../model/outbound-result.ts';
import type { Verdict } from '../model/verdict.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import { flagField, jsonMs, jsonText, msField, numberField, textField } from './json-text.ts';

/** `,"method":...` up to `outcome`: what stands between the correlation and the source. */
export function callHeadFields({ request, result, context }: CallRecord): string {
  return `,"method":"${request.method}"${textField('internal_ip', result.internalIp ?? context.internalIp)}${textField('external_ip', result.externalIp ?? context.externalIp)},"outcome":"${result.outcome}"`;
}

/** `,"upstream":{...}` to the end of the call's own fields. */
export function callBodyFields(call: CallRecord): string {
  const { request, result } = call;
  return (
    upstreamField(request, result) +
    resilienceField(call) +
    networkField(result) +
    requestField(request) +
    payloadField(request, result) +
    resultField(result)
  );
}

function upstreamField(request: RequestFacts, result: OutboundResult): string {
  const status = result.outcome === 'responded' ? result.status : undefined;
  return `,"upstream":{"name":${jsonText(request.upstream)},"host":${jsonText(request.host)},"port":${request.port}${textField('remote_address', result.remoteAddress)}${numberField('status_code', status)}${msField('latency_ms', result.latencyMs)}}`;
}

function resilienceField({ result, tries, backpressureMs }: CallRecord): string {
  const timeoutType = result.outcome === 'timed_out' ? result.timeoutType : undefined;
  const elapsedMs = result.outcome === 'timed_out' ? result.elapsedMs : undefined;
  return `,"resilience":{"attempts":${result.attempts.length},"retry_count":${result.retryCount},"timeout_count":${result.timeoutCount}${textField('timeout_type', timeoutType)}${msField('elapsed_ms', elapsedMs)},"circuit_state":"${result.circuitState}","tries":${tries}${msField('backpressure_ms', backpressureMs)}}`;
}

function networkField(result: OutboundResult): string {
  let attempts = '';
  for (const attempt of result.attempts) {
    attempts += attempts === '' ? attemptJson(attempt) : `,${attemptJson(attempt)}`;
  }
  return `,"network":{"bytes_sent":${result.bytesSent},"bytes_received":${result.bytesReceived},"attempts":[${attempts}]${verdictField(result.verdict)}}`;
}

function attemptJson(attempt: Attempt): string {
  return (
    `{"outcome":"${attempt.outcome}"` +
    attemptEndFields(attempt) +
    `,"started_at":"${isoTimestamp(attempt.startedAtMs)}","total_ms":${jsonMs(attempt.totalMs)}` +
    msField('backoff_ms', attempt.backoffMs) +
    connectionFields(attempt) +
    `,"bytes_sent":${attempt.bytesSent},"bytes_received":${attempt.bytesReceived}` +
    phasesField(attempt.phasesMs) +
    (attempt.socket === undefined ? '' : socketField(attempt.socket)) +
    (attempt.tls === undefined ? '' : tlsField(attempt.tls)) +
    '}'
  );
}

function attemptEndFields({ status, timeoutType, errorCode }: Attempt): string {
  return `${numberField('status_code', status)}${textField('timeout_type', timeoutType)}${textField('error_code', errorCode)}`;
}

function connectionFields({ connection, reused, localAddress, remoteAddress }: Attempt): string {
  return `${textField('connection', connection)}${flagField('reused', reused)}${textField('local_address', localAddress)}${textField('remote_address', remoteAddress)}`;
}

/** `,"phases_ms":{...}`. */
export function phasesField(phases: PhasesMs): string {
  const fields =
    msField('queue', phases.queue) +
    msField('dns', phases.dns) +
    msField('tcp', phases.tcp) +
    msField('tls', phases.tls) +
    msField('write', phases.write) +
    msField('wait', phases.wait) +
    msField('download', phases.download) +
    msField('unaccounted', phases.unaccounted);
  return `,"phases_ms":{${fields.slice(1)}}`;
}

function socketField(socket: SocketFacts): string {
  const fields =
    numberField('rtt_us', socket.rttUs) +
    numberField('min_rtt_us', socket.minRttUs) +
    numberField('rttvar_us', socket.rttvarUs) +
    numberField('retransmits', socket.retransmits) +
    numberField('lost', socket.lost) +
    numberField('cwnd', socket.cwnd) +
    numberField('delivery_rate_bps', socket.deliveryRateBps) +
    numberField('bytes_acked', socket.bytesAcked) +
    numberField('busy_us', socket.busyUs) +
    numberField('receiver_limited_us', socket.receiverLimitedUs) +
    numberField('sender_limited_us', socket.senderLimitedUs);
  return `,"socket":{${fields.slice(1)}}`;
}

function tlsField(tls: TlsFacts): string {
  const expiresAtMs = tls.certificateExpiresAtMs;
  const fields =
    textField('version', tls.version) +
    textField('cipher', tls.cipher) +
    textField('alpn', tls.alpn) +
    flagField('session_reused', tls.sessionReused) +
    (expiresAtMs === undefined ? '' : `,"certificate_expires_at":"${isoTimestamp(expiresAtMs)}"`);
  return `,"tls":{${fields.slice(1)}}`;
}

/** `,"verdict":{...}`, or nothing where there is none. */
export function verdictField(verdict: Verdict | undefined): string {
  if (verdict === undefined) return '';
  return `,"verdict":{"party":"${verdict.party}","path":"${verdict.path}"${msField('network_ms', verdict.networkMs)}${msField('upstream_ms', verdict.upstreamMs)}${msField('local_ms', verdict.localMs)}}`;
}

function requestField(request: RequestFacts): string {
  return `,"request":{"path_template":${jsonText(request.pathTemplate)},"target_sha256":"${request.targetSha256}"${textField('content_type', request.contentType)}}`;
}

function payloadField(request: RequestFacts, result: OutboundResult): string {
  const sent = digestField('request', request.payload);
  if (result.outcome !== 'responded') return `,"payload":{${sent.slice(1)}}`;
  const truncated = result.truncated ? ',"response":{"truncated":true}' : '';
  return `,"payload":{${(sent + digestField('response', result.response)).slice(1)}}${truncated}`;
}

function digestField(name: string, digest: BodyDigest | undefined): string {
  if (digest === undefined) return '';
  return `,"${name}":{"sha256":"${digest.sha256}","bytes":${digest.bytes}}`;
}

function resultField(result: OutboundResult): string {
  if (result.outcome === 'responded') return '';
  const { code, message } = result.error;
  return `,"result":{"error_code":"${code}","error_message":${jsonText(message)}}`;
}
