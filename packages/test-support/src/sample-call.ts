import {
  type Attempt,
  type CallRecord,
  type RequestContext,
  type RespondedCall,
  type TimedOutCall,
  UpstreamError,
} from '@netscope/domain';

/** What a test says of a call; all else is a plain delivered POST to `partner`. */
export interface SampleCall {
  readonly timestampMs?: number;
  readonly traceId?: string;
  readonly requestId?: string;
  readonly routeGroup?: string | undefined;
  readonly upstream?: string;
  readonly latencyMs?: number;
  readonly status?: number;
  readonly delivered?: boolean;
  readonly retryCount?: number;
  readonly offset?: number;
}

/** A call that was answered. */
export function sampleCall(sample: SampleCall = {}): CallRecord {
  const status = sample.status ?? 200;
  return frame(sample, {
    ...facts(sample),
    outcome: 'responded',
    status,
    throttle: undefined,
    response: { sha256: 'b'.repeat(64), bytes: 231 },
    truncated: false,
  });
}

/** A call whose last attempt ran into its read timeout. */
export function sampleTimeout(sample: SampleCall = {}): CallRecord {
  const call: TimedOutCall = {
    ...facts(sample),
    outcome: 'timed_out',
    timeoutCount: 1,
    timeoutType: 'read',
    elapsedMs: 1000,
    error: new UpstreamError('UPSTREAM_TIMEOUT', 'no response within 1000 ms', {
      kind: 'transient',
    }),
  };
  return frame({ delivered: false, ...sample }, call);
}

function facts(
  sample: SampleCall,
): Omit<RespondedCall, 'outcome' | 'status' | 'throttle' | 'response' | 'truncated'> {
  const retryCount = sample.retryCount ?? 0;
  return {
    latencyMs: sample.latencyMs ?? 84.5,
    bytesSent: 512,
    bytesReceived: 231,
    attempts: Array.from({ length: retryCount + 1 }, (_, index) => sampleAttempt(sample, index)),
    retryCount,
    timeoutCount: 0,
    circuitState: 'closed',
    verdict: { party: 'upstream', path: 'direct', networkMs: 0.5, upstreamMs: 83.5, localMs: 0.5 },
    internalIp: '10.1.2.3',
    externalIp: '203.0.113.7',
    remoteAddress: '198.51.100.4',
    bytesLeft: true,
  };
}

function sampleAttempt(sample: SampleCall, index: number): Attempt {
  return {
    outcome: 'responded',
    status: sample.status ?? 200,
    timeoutType: undefined,
    errorCode: undefined,
    startedAtMs: (sample.timestampMs ?? SAMPLE_TIME_MS) - 85,
    totalMs: 84.5,
    backoffMs: index === 0 ? undefined : 50.125,
    connection: '17',
    reused: true,
    reuseCount: 4,
    localAddress: '10.1.2.3',
    remoteAddress: '198.51.100.4',
    phasesMs: { queue: 0.2, write: 0.1, wait: 83.9, download: 0.2, unaccounted: 0.1 },
    socket: undefined,
    tls: { version: 'TLSv1.3', sessionReused: true },
    bytesSent: 512,
    bytesReceived: 231,
  };
}

const SAMPLE_TIME_MS = 1_771_578_000_123;

function frame(sample: SampleCall, result: CallRecord['result']): CallRecord {
  return {
    timestampMs: sample.timestampMs ?? SAMPLE_TIME_MS,
    context: context(sample),
    request: {
      upstream: sample.upstream ?? 'partner',
      host: 'partner.example.net',
      port: 443,
      method: 'POST',
      pathTemplate: '/v1/partner/send',
      targetSha256: 'c'.repeat(64),
      contentType: 'application/json',
      payload: { sha256: 'a'.repeat(64), bytes: 512 },
    },
    result,
    delivered: sample.delivered ?? (sample.status ?? 200) < 300,
    tries: 1,
    backpressureMs: 0.4,
  };
}

function context(sample: SampleCall): RequestContext {
  return {
    traceId: sample.traceId ?? '4bf92f3577b34da6a3ce929d0e0e4736',
    spanId: '00f067aa0ba902b7',
    traceFlags: '01',
    tracestate: undefined,
    requestId: sample.requestId ?? '0b9f6a52-6a3e-4e36-9a5e-0d4b1f0c7a11',
    idempotencyKey: 'key-1',
    route: 'partner-send',
    routeGroup: 'routeGroup' in sample ? sample.routeGroup : 'partner',
    internalIp: '10.1.2.3',
    externalIp: '203.0.113.7',
    source: {
      kind: 'kafka',
      cluster: 'cluster-1',
      group: 'netscope',
      topic: 'netscope.ingress',
      partition: 3,
      offset: sample.offset ?? 1042,
      keySha256: 'd'.repeat(64),
      timestampMs: (sample.timestampMs ?? SAMPLE_TIME_MS) - 200,
    },
  };
}
