import {
  type Attempt,
  type AuditEvent,
  auditEventType,
  type CallExcerpts,
  type CallRecord,
  callSeverity,
  type OutboundResult,
  type RequestContext,
  type SideExcerpts,
  type SourceCoordinates,
  type Verdict,
} from '../../src/index.ts';

/** The wire form of an event as plain objects, written to be read and not to be fast. */
export function referenceAuditEvent(event: AuditEvent): unknown {
  return withoutAbsent({ event_version: '1.2', event_type: auditEventType(event), ...body(event) });
}

function body(event: AuditEvent): Record<string, unknown> {
  if (event.kind === 'call') return callBody(event.call, event.excerpts);
  if (event.kind === 'quarantine') {
    const { errorCode, errorMessage, deadLetter } = event;
    return {
      severity: 'ERROR',
      timestamp: iso(event.timestampMs),
      ...correlation(event.context),
      source: sourceOf(event.context.source),
      result: {
        reason: event.reason,
        tries: event.tries,
        error_code: errorCode,
        error_message: errorMessage,
        dead_letter: {
          topic: deadLetter.topic,
          partition: deadLetter.partition,
          offset: deadLetter.offset === undefined ? undefined : String(deadLetter.offset),
        },
      },
    };
  }
  const head = {
    severity: event.severity,
    timestamp: iso(event.timestampMs),
    trace_id: event.traceId,
    span_id: event.spanId,
  };
  if (event.kind === 'process') return { ...head, facts: event.facts };
  const { from, to, reason } = event;
  return { ...head, upstream: { name: event.upstream }, circuit: { from, to, reason } };
}

function callBody(call: CallRecord, excerpts?: CallExcerpts): Record<string, unknown> {
  const { request, result } = call;
  const responded = result.outcome === 'responded' ? result : undefined;
  const timedOut = result.outcome === 'timed_out' ? result : result.lastTimeout;
  return {
    severity: callSeverity(call),
    timestamp: iso(call.timestampMs),
    ...correlation(call.context),
    method: request.method,
    internal_ip: result.internalIp,
    external_ip: result.externalIp,
    outcome: result.outcome,
    source: sourceOf(call.context.source),
    upstream: {
      name: request.upstream,
      host: request.host,
      port: request.port,
      remote_address: result.remoteAddress,
      status_code: responded?.status,
      latency_ms: ms(result.latencyMs),
    },
    resilience: {
      attempts: result.attempts.length,
      retry_count: result.retryCount,
      timeout_count: result.timeoutCount,
      timeout_type: timedOut?.timeoutType,
      elapsed_ms: ms(timedOut?.elapsedMs),
      circuit_state: result.circuitState,
      tries: call.tries,
      backpressure_ms: ms(call.backpressureMs),
    },
    network: {
      bytes_sent: result.bytesSent,
      bytes_received: result.bytesReceived,
      attempts: result.attempts.map(attemptOf),
      verdict: result.verdict && verdictOf(result.verdict),
    },
    request: {
      path_template: request.pathTemplate,
      target_sha256: request.targetSha256,
      content_type: request.contentType,
      ...(excerpts && headersOf(excerpts.request)),
    },
    payload: payloadOf(call, excerpts),
    response: responded && responseOf(responded.truncated, excerpts?.response),
    result: errorOf(result),
  };
}

function payloadOf(
  { request, result, auditBodies }: CallRecord,
  excerpts?: CallExcerpts,
): Record<string, unknown> {
  if (auditBodies === 'none') return {};
  const response = result.outcome === 'responded' ? result.response : undefined;
  return {
    request: request.payload && { ...request.payload, ...bodyOf(excerpts?.request) },
    response: response && { ...response, ...bodyOf(excerpts?.response) },
  };
}

function bodyOf(side: SideExcerpts | undefined): Record<string, unknown> {
  if (side === undefined) return {};
  const { json, omitted, unread } = side.body;
  return { redacted: parsed(json), omitted: omitted === 0 ? undefined : omitted, unread };
}

function headersOf({ headers }: SideExcerpts): Record<string, unknown> {
  const { json, omitted } = headers;
  return { headers: parsed(json), headers_omitted: omitted === 0 ? undefined : omitted };
}

function responseOf(isTruncated: boolean, side: SideExcerpts | undefined): unknown {
  const headers = side && JSON.parse(JSON.stringify(headersOf(side)));
  const response = { ...(isTruncated ? { truncated: true } : {}), ...headers };
  return Object.keys(response).length === 0 ? undefined : response;
}

function parsed(json: Uint8Array | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(Buffer.from(json).toString());
}

function verdictOf(verdict: Verdict): unknown {
  return {
    party: verdict.party,
    path: verdict.path,
    network_ms: ms(verdict.networkMs),
    upstream_ms: ms(verdict.upstreamMs),
    local_ms: ms(verdict.localMs),
  };
}

function errorOf(result: OutboundResult): unknown {
  if (result.outcome === 'responded') return undefined;
  return { error_code: result.error.code, error_message: result.error.message };
}

function attemptOf(attempt: Attempt): unknown {
  const { socket, tls, phasesMs } = attempt;
  return {
    outcome: attempt.outcome,
    status_code: attempt.status,
    timeout_type: attempt.timeoutType,
    error_code: attempt.errorCode,
    started_at: iso(attempt.startedAtMs),
    total_ms: ms(attempt.totalMs),
    backoff_ms: ms(attempt.backoffMs),
    connection: attempt.connection,
    reused: attempt.reused,
    reuse_count: attempt.reuseCount,
    local_address: attempt.localAddress,
    remote_address: attempt.remoteAddress,
    bytes_sent: attempt.bytesSent,
    bytes_received: attempt.bytesReceived,
    phases_ms: Object.fromEntries(
      Object.entries(phasesMs).map(([name, value]) => [name, ms(value)]),
    ),
    socket: socket && {
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
    },
    tls: tls && {
      version: tls.version,
      cipher: tls.cipher,
      alpn: tls.alpn,
      session_reused: tls.sessionReused,
      certificate_expires_at:
        tls.certificateExpiresAtMs === undefined ? undefined : iso(tls.certificateExpiresAtMs),
    },
  };
}

function correlation(context: RequestContext): Record<string, unknown> {
  return {
    trace_id: context.traceId,
    span_id: context.spanId,
    request_id: context.requestId,
    idempotency_key: context.idempotencyKey,
    route: context.route,
    route_group: context.routeGroup,
  };
}

function sourceOf(source: SourceCoordinates): unknown {
  return {
    kind: source.kind,
    cluster: source.cluster,
    group: source.group,
    topic: source.topic,
    partition: source.partition,
    offset: String(source.offset),
    key_sha256: source.keySha256,
    timestamp: source.timestampMs < 0 ? undefined : iso(source.timestampMs),
  };
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function ms(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}

/**
 * Not by way of `JSON.parse`: that of V8 13.6 reads a name such as "\\u0000" as "\\" where it has
 * just read an object of the same shape with the latter.
 */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, withoutAbsent(member)]),
  );
}
