import type { Attempt, PhasesMs, SocketFacts, TlsFacts } from '../model/attempt.ts';
import type { CallRecord, RequestFacts } from '../model/call-record.ts';
import type { BodyDigest, OutboundResult } from '../model/outbound-result.ts';
import type { Verdict } from '../model/verdict.ts';
import { isoTimestamp } from './iso-timestamp.ts';
import type { LineWriter } from './line-writer.ts';

/** `method` up to `outcome`: what stands between the correlation and the source. */
export function writeCallHead(line: LineWriter, { request, result, context }: CallRecord): void {
  line.plain(',"method":"', request.method);
  line.text(',"internal_ip":', result.internalIp ?? context.internalIp);
  line.text(',"external_ip":', result.externalIp ?? context.externalIp);
  line.plain(',"outcome":"', result.outcome);
}

/** `upstream` to the end of the call's own fields. */
export function writeCallBody(line: LineWriter, call: CallRecord): void {
  const { request, result } = call;
  writeUpstream(line, request, result);
  writeResilience(line, call);
  writeNetwork(line, result);
  line.text(',"request":{"path_template":', request.pathTemplate);
  line.plain(',"target_sha256":"', request.targetSha256);
  line.text(',"content_type":', request.contentType);
  line.raw('}');
  writePayload(line, request, result);
  writeResult(line, result);
}

function writeUpstream(line: LineWriter, request: RequestFacts, result: OutboundResult): void {
  line.text(',"upstream":{"name":', request.upstream);
  line.text(',"host":', request.host);
  line.number(',"port":', request.port);
  line.text(',"remote_address":', result.remoteAddress);
  if (result.outcome === 'responded') line.number(',"status_code":', result.status);
  line.ms(',"latency_ms":', result.latencyMs);
  line.raw('}');
}

function writeResilience(line: LineWriter, call: CallRecord): void {
  const { result } = call;
  line.number(',"resilience":{"attempts":', result.attempts.length);
  line.number(',"retry_count":', result.retryCount);
  line.number(',"timeout_count":', result.timeoutCount);
  if (result.outcome === 'timed_out') {
    line.plain(',"timeout_type":"', result.timeoutType);
    line.ms(',"elapsed_ms":', result.elapsedMs);
  }
  line.plain(',"circuit_state":"', result.circuitState);
  line.number(',"tries":', call.tries);
  line.ms(',"backpressure_ms":', call.backpressureMs);
  line.raw('}');
}

function writeNetwork(line: LineWriter, result: OutboundResult): void {
  line.number(',"network":{"bytes_sent":', result.bytesSent);
  line.number(',"bytes_received":', result.bytesReceived);
  let opening = ',"attempts":[{"outcome":"';
  for (const attempt of result.attempts) {
    line.plain(opening, attempt.outcome);
    writeAttempt(line, attempt);
    opening = ',{"outcome":"';
  }
  line.raw(result.attempts.length === 0 ? ',"attempts":[]' : ']');
  if (result.verdict !== undefined) writeVerdict(line, result.verdict);
  line.raw('}');
}

function writeAttempt(line: LineWriter, attempt: Attempt): void {
  line.number(',"status_code":', attempt.status);
  line.text(',"timeout_type":', attempt.timeoutType);
  line.text(',"error_code":', attempt.errorCode);
  line.plain(',"started_at":"', isoTimestamp(attempt.startedAtMs));
  line.ms(',"total_ms":', attempt.totalMs);
  line.ms(',"backoff_ms":', attempt.backoffMs);
  line.text(',"connection":', attempt.connection);
  line.flag(',"reused":', attempt.reused);
  line.text(',"local_address":', attempt.localAddress);
  line.text(',"remote_address":', attempt.remoteAddress);
  line.number(',"bytes_sent":', attempt.bytesSent);
  line.number(',"bytes_received":', attempt.bytesReceived);
  writePhases(line, attempt.phasesMs);
  if (attempt.socket !== undefined) writeSocket(line, attempt.socket);
  if (attempt.tls !== undefined) writeTls(line, attempt.tls);
  line.raw('}');
}

/** `phases_ms`. */
export function writePhases(line: LineWriter, phases: PhasesMs): void {
  const mark = line.begin(',"phases_ms":{');
  line.ms(',"queue":', phases.queue);
  line.ms(',"dns":', phases.dns);
  line.ms(',"tcp":', phases.tcp);
  line.ms(',"tls":', phases.tls);
  line.ms(',"write":', phases.write);
  line.ms(',"wait":', phases.wait);
  line.ms(',"download":', phases.download);
  line.ms(',"unaccounted":', phases.unaccounted);
  line.end(mark);
}

function writeSocket(line: LineWriter, socket: SocketFacts): void {
  const mark = line.begin(',"socket":{');
  line.number(',"rtt_us":', socket.rttUs);
  line.number(',"min_rtt_us":', socket.minRttUs);
  line.number(',"rttvar_us":', socket.rttvarUs);
  line.number(',"retransmits":', socket.retransmits);
  line.number(',"lost":', socket.lost);
  line.number(',"cwnd":', socket.cwnd);
  line.number(',"delivery_rate_bps":', socket.deliveryRateBps);
  line.number(',"bytes_acked":', socket.bytesAcked);
  line.number(',"busy_us":', socket.busyUs);
  line.number(',"receiver_limited_us":', socket.receiverLimitedUs);
  line.number(',"sender_limited_us":', socket.senderLimitedUs);
  line.end(mark);
}

function writeTls(line: LineWriter, tls: TlsFacts): void {
  const expiresAtMs = tls.certificateExpiresAtMs;
  const mark = line.begin(',"tls":{');
  line.text(',"version":', tls.version);
  line.text(',"cipher":', tls.cipher);
  line.text(',"alpn":', tls.alpn);
  line.flag(',"session_reused":', tls.sessionReused);
  if (expiresAtMs !== undefined) {
    line.text(',"certificate_expires_at":', isoTimestamp(expiresAtMs));
  }
  line.end(mark);
}

/** `verdict`. */
export function writeVerdict(line: LineWriter, verdict: Verdict): void {
  line.plain(',"verdict":{"party":"', verdict.party);
  line.plain(',"path":"', verdict.path);
  line.ms(',"network_ms":', verdict.networkMs);
  line.ms(',"upstream_ms":', verdict.upstreamMs);
  line.ms(',"local_ms":', verdict.localMs);
  line.raw('}');
}

function writePayload(line: LineWriter, request: RequestFacts, result: OutboundResult): void {
  const mark = line.begin(',"payload":{');
  if (request.payload !== undefined) writeDigest(line, ',"request":{"sha256":"', request.payload);
  if (result.outcome === 'responded') {
    writeDigest(line, ',"response":{"sha256":"', result.response);
  }
  line.end(mark);
  if (result.outcome === 'responded' && result.truncated) {
    line.raw(',"response":{"truncated":true}');
  }
}

function writeDigest(line: LineWriter, opening: string, digest: BodyDigest): void {
  line.plain(opening, digest.sha256);
  line.number(',"bytes":', digest.bytes);
  line.raw('}');
}

function writeResult(line: LineWriter, result: OutboundResult): void {
  if (result.outcome === 'responded') return;
  line.plain(',"result":{"error_code":"', result.error.code);
  line.text(',"error_message":', result.error.message);
  line.raw('}');
}
