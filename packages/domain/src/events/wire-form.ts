import type { Attempt, PhasesMs, SocketFacts, TlsFacts } from '../model/attempt.ts';
import type { CallRecord } from '../model/call-record.ts';
import type { OutboundResult } from '../model/outbound-result.ts';
import type { SourceCoordinates } from '../model/source-record.ts';
import type { Verdict } from '../model/verdict.ts';
import { isoTimestamp } from './iso-timestamp.ts';

/**
 * The parts of a call in their wire form, in the order of `audit.md`. What is absent is `undefined`,
 * which JSON leaves out; one fixed shape each keeps them cheap to make and to write.
 */
export interface CallWireForm {
  readonly upstream: object;
  readonly resilience: object;
  readonly network: object;
  readonly request: object;
  readonly payload: object;
  readonly response: object | undefined;
  readonly result: object | undefined;
}

export function callWireForm({ request, result, tries, backpressureMs }: CallRecord): CallWireForm {
  const responded = result.outcome === 'responded' ? result : undefined;
  return {
    upstream: {
      name: request.upstream,
      host: request.host,
      port: request.port,
      remote_address: result.remoteAddress,
      status_code: responded?.status,
      latency_ms: wireMs(result.latencyMs),
    },
    resilience: resilienceForm(result, tries, backpressureMs),
    network: {
      bytes_sent: result.bytesSent,
      bytes_received: result.bytesReceived,
      attempts: result.attempts.map(attemptForm),
      verdict: verdictWireForm(result.verdict),
    },
    request: {
      path_template: request.pathTemplate,
      target_sha256: request.targetSha256,
      content_type: request.contentType,
    },
    payload: { request: request.payload, response: responded?.response },
    response: responded?.truncated === true ? { truncated: true } : undefined,
    result: errorForm(result),
  };
}

export function sourceWireForm(source: SourceCoordinates): object {
  return {
    kind: source.kind,
    cluster: source.cluster,
    group: source.group,
    topic: source.topic,
    partition: source.partition,
    offset: String(source.offset),
    key_sha256: source.keySha256,
    timestamp: isoTimestamp(source.timestampMs),
  };
}

export function verdictWireForm(verdict: Verdict | undefined): object | undefined {
  if (verdict === undefined) return undefined;
  return {
    party: verdict.party,
    path: verdict.path,
    network_ms: wireMs(verdict.networkMs),
    upstream_ms: wireMs(verdict.upstreamMs),
    local_ms: wireMs(verdict.localMs),
  };
}

export function phasesWireForm(phases: PhasesMs): object {
  return {
    queue: wireMs(phases.queue),
    dns: wireMs(phases.dns),
    tcp: wireMs(phases.tcp),
    tls: wireMs(phases.tls),
    write: wireMs(phases.write),
    wait: wireMs(phases.wait),
    download: wireMs(phases.download),
    unaccounted: wireMs(phases.unaccounted),
  };
}

/**
 * Milliseconds of three decimals.
 * @throws {RangeError} for what is not finite, which JSON would turn into null.
 */
export function wireMs(ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  if (!Number.isFinite(ms)) throw new RangeError('a time of an event is not finite');
  return Math.round(ms * 1000) / 1000;
}

function resilienceForm(result: OutboundResult, tries: number, backpressureMs: number): object {
  const timedOut = result.outcome === 'timed_out' ? result : undefined;
  return {
    attempts: result.attempts.length,
    retry_count: result.retryCount,
    timeout_count: result.timeoutCount,
    timeout_type: timedOut?.timeoutType,
    elapsed_ms: wireMs(timedOut?.elapsedMs),
    circuit_state: result.circuitState,
    tries,
    backpressure_ms: wireMs(backpressureMs),
  };
}

function attemptForm(attempt: Attempt): object {
  return {
    outcome: attempt.outcome,
    status_code: attempt.status,
    timeout_type: attempt.timeoutType,
    error_code: attempt.errorCode,
    started_at: isoTimestamp(attempt.startedAtMs),
    total_ms: wireMs(attempt.totalMs),
    backoff_ms: wireMs(attempt.backoffMs),
    connection: attempt.connection,
    reused: attempt.reused,
    local_address: attempt.localAddress,
    remote_address: attempt.remoteAddress,
    bytes_sent: attempt.bytesSent,
    bytes_received: attempt.bytesReceived,
    phases_ms: phasesWireForm(attempt.phasesMs),
    socket: attempt.socket === undefined ? undefined : socketForm(attempt.socket),
    tls: attempt.tls === undefined ? undefined : tlsForm(attempt.tls),
  };
}

function socketForm(socket: SocketFacts): object {
  return {
    rtt_us: socket.rttUs,
    min_rtt_us: socket.minRttUs,
    rttvar_us: socket.rttvarUs,
    retransmits: socket.retransmits,
    lost: socket.lost,
    cwnd: socket.cwnd,
    delivery_rate_bps: socket.deliveryRateBps,
    bytes_acked: socket.bytesAcked,
    busy_us: socket.busyUs,
    receiver_limited_us: socket.receiverLimitedUs,
    sender_limited_us: socket.senderLimitedUs,
  };
}

function tlsForm(tls: TlsFacts): object {
  const expiresAtMs = tls.certificateExpiresAtMs;
  return {
    version: tls.version,
    cipher: tls.cipher,
    alpn: tls.alpn,
    session_reused: tls.sessionReused,
    certificate_expires_at: expiresAtMs === undefined ? undefined : isoTimestamp(expiresAtMs),
  };
}

/** An event must fit the audit ring whatever a library puts into a message. */
const ERROR_TEXT_MAX = 1000;

/** An error's sentence, cut where it is longer than any sentence should be. */
export function errorText(message: string): string {
  return message.length > ERROR_TEXT_MAX ? `${message.slice(0, ERROR_TEXT_MAX)}…` : message;
}

function errorForm(result: OutboundResult): object | undefined {
  if (result.outcome === 'responded') return undefined;
  return { error_code: result.error.code, error_message: errorText(result.error.message) };
}
