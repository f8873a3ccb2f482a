import {
  array,
  boolean,
  constant,
  constantFrom,
  dictionary,
  double,
  integer,
  ipV4,
  option,
  oneof,
  record,
  string,
  uuid,
  type Arbitrary,
} from 'fast-check';

import {
  type Attempt,
  type AuditEvent,
  type AuditExcerpt,
  type CallExcerpts,
  type CallFacts,
  type CallRecord,
  type OutboundResult,
  PARK_REASONS,
  type RequestContext,
  type SideExcerpts,
  type SourceCoordinates,
  UpstreamError,
} from '../../src/index.ts';

const AWKWARD = ['"', '\\', '\u0000', '\n', '\u007f', '\u2028', '😀', '\ud800', '\udc00', 'é'];
const text = oneof(
  string(),
  string({ unit: 'binary' }),
  string({ unit: constantFrom(...AWKWARD, 'a', 'b'), maxLength: 40 }),
);
const count = integer({ min: 0, max: 1_000_000_000 });
const ms = double({ min: 0, max: 1e9, noNaN: true });
const instant = double({ min: 0, max: 4_102_444_800_000, noNaN: true });
const outcome = constantFrom('responded', 'timed_out', 'refused', 'failed', 'aborted');
const circuitState = constantFrom('closed', 'open', 'half_open', 'isolated');
const timeoutType = constantFrom('connect', 'read', 'global');
const digest = record({ sha256: hex(64), bytes: count });
const error = text.map(
  (message) => new UpstreamError('UPSTREAM_CONNECTION_BROKEN', message, { kind: 'transient' }),
);

const attempt: Arbitrary<Attempt> = record({
  outcome,
  status: maybe(integer({ min: 100, max: 599 })),
  timeoutType: maybe(timeoutType),
  errorCode: maybe(constant('UPSTREAM_TIMEOUT')),
  startedAtMs: instant,
  totalMs: ms,
  backoffMs: maybe(ms),
  connection: maybe(text),
  reused: maybe(boolean()),
  reuseCount: maybe(count),
  localAddress: maybe(ipV4()),
  remoteAddress: maybe(ipV4()),
  phasesMs: record(
    { queue: ms, dns: ms, tcp: ms, tls: ms, write: ms, wait: ms, download: ms, unaccounted: ms },
    { requiredKeys: ['unaccounted'] },
  ),
  socket: maybe(
    record(
      {
        rttUs: count,
        minRttUs: count,
        rttvarUs: count,
        retransmits: count,
        lost: count,
        cwnd: count,
        deliveryRateBps: count,
        bytesAcked: count,
        busyUs: count,
        receiverLimitedUs: count,
        senderLimitedUs: count,
      },
      { requiredKeys: [] },
    ),
  ),
  tls: maybe(
    record(
      {
        version: text,
        cipher: text,
        alpn: text,
        sessionReused: boolean(),
        certificateExpiresAtMs: instant,
      },
      { requiredKeys: [] },
    ),
  ),
  bytesSent: count,
  bytesReceived: count,
});

const source: Arbitrary<SourceCoordinates> = record({
  kind: constantFrom('kafka', 'embedded'),
  cluster: text,
  group: text,
  topic: text,
  partition: count,
  offset: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  keySha256: maybe(hex(64)),
  timestampMs: oneof(instant, constantFrom(-1)),
});

const context: Arbitrary<RequestContext> = record({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: constant('01'),
  tracestate: constant(undefined),
  requestId: uuid(),
  idempotencyKey: oneof(string({ minLength: 1 }), uuid()),
  route: maybe(text),
  routeGroup: maybe(text),
  internalIp: constant(undefined),
  externalIp: constant(undefined),
  source,
});

const facts: Arbitrary<CallFacts> = record({
  latencyMs: ms,
  bytesSent: count,
  bytesReceived: count,
  attempts: array(attempt, { maxLength: 3 }),
  retryCount: count,
  timeoutCount: count,
  lastTimeout: maybe(
    record({ timeoutType: constantFrom('connect', 'read', 'global'), elapsedMs: ms }),
  ),
  circuitState,
  verdict: maybe(
    record({
      party: constantFrom('network', 'upstream', 'local', 'upstream_or_beyond'),
      path: constantFrom('direct', 'proxied', 'unknown'),
      networkMs: maybe(ms),
      upstreamMs: maybe(ms),
      localMs: maybe(ms),
    }),
  ),
  internalIp: ipV4(),
  externalIp: maybe(ipV4()),
  remoteAddress: maybe(ipV4()),
  bytesLeft: boolean(),
});

const result: Arbitrary<OutboundResult> = facts.chain((known) =>
  oneof(
    record({
      outcome: constant('responded' as const),
      status: integer({ min: 100, max: 599 }),
      throttle: constant(undefined),
      response: digest,
      truncated: boolean(),
    }),
    record({ outcome: constant('timed_out' as const), timeoutType, elapsedMs: ms, error }),
    record({ outcome: constantFrom('refused', 'failed', 'aborted'), error }),
  ).map((end) => ({ ...known, ...end })),
);

const call: Arbitrary<CallRecord> = record({
  timestampMs: instant,
  context,
  request: record({
    upstream: text,
    host: text,
    port: integer({ min: 1, max: 65_535 }),
    method: constantFrom('GET', 'POST'),
    pathTemplate: text,
    targetSha256: hex(64),
    contentType: maybe(text),
    payload: maybe(digest),
  }),
  result,
  delivered: boolean(),
  tries: count,
  backpressureMs: ms,
  auditBodies: maybe(constant('none' as const)),
});

const unread = constantFrom('not_utf8', 'not_json', 'too_deep', 'too_large', 'repeated_name');
const body: Arbitrary<AuditExcerpt> = record({
  json: maybe(
    dictionary(
      text.filter((name) => name !== '__proto__'),
      oneof(text, count, boolean(), array(text)),
      {
        noNullPrototype: true,
      },
    ).map(asJson),
  ),
  omitted: oneof(constant(0), count),
  unread: maybe(unread),
});
const headers: Arbitrary<AuditExcerpt> = record({
  json: maybe(constant(asJson({ 'x-tenant': 'é"' }))),
  omitted: oneof(constant(0), count),
  unread: constant(undefined),
});
const side: Arbitrary<SideExcerpts> = record({ body, headers });
const excerpts: Arbitrary<CallExcerpts> = record({ request: side, response: maybe(side) });

const process = {
  timestampMs: instant,
  traceId: hex(32),
  spanId: hex(16),
  severity: constantFrom('INFO', 'WARN', 'ERROR'),
};

/** Any event, with texts that need escapes and facts that may be absent. */
export const arbitraryAuditEvent: Arbitrary<AuditEvent> = oneof(
  record({ kind: constant('call' as const), call, excerpts: maybe(excerpts) }),
  record({
    kind: constant('quarantine' as const),
    timestampMs: instant,
    context,
    reason: constantFrom(...PARK_REASONS),
    tries: count,
    errorCode: maybe(text),
    errorMessage: maybe(text),
    deadLetter: record({ topic: text, partition: count, offset: maybe(count) }),
  }),
  record({
    kind: constant('circuit' as const),
    ...process,
    upstream: text,
    from: circuitState,
    to: circuitState,
    reason: text,
  }),
  record({
    kind: constant('process' as const),
    ...process,
    eventType: constantFrom('system.started', 'system.stopped', 'audit.gap', 'operator.action'),
    facts: dictionary(
      text.filter((name) => name !== '__proto__'),
      oneof(text, count, boolean()),
      { noNullPrototype: true },
    ),
  }),
);

function asJson(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

function maybe<T>(value: Arbitrary<T>): Arbitrary<T | undefined> {
  return option(value, { nil: undefined });
}

function hex(length: number): Arbitrary<string> {
  const unit = constantFrom(...'0123456789abcdef'.split(''));
  return string({ unit, minLength: length, maxLength: length });
}
